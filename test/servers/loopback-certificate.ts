import { join } from 'node:path'
import { run } from '../programs/programs.ts'

export type Certificate = { readonly file: string; readonly key: string }

/** Makes a certificate for servers on loopback, signed by itself: who is to trust it is told its file. */
export function makeLoopbackCertificate(folder: string, openssl = 'openssl'): Certificate {
  const [file, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const { status, stderr } = run(openssl, [...kind, ...name, '-keyout', key, '-out', file])
  if (status !== 0) throw new Error(stderr)
  return { file, key }
}

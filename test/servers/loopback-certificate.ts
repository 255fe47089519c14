import { join } from 'node:path'
import { run } from '../programs/programs.ts'

export type Certificate = { readonly file: string; readonly key: string }

/** Makes a self-signed certificate for servers on loopback. @param name of its files. @param names what it is valid for. */
export function makeLoopbackCertificate(
  folder: string,
  openssl = 'openssl',
  { name: title = '', names = 'DNS:localhost,IP:127.0.0.1' } = {},
): Certificate {
  const [file, key] = [join(folder, `${title}cert.pem`), join(folder, `${title}key.pem`)]
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  const name = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`]
  const { status, stderr } = run(openssl, [...kind, ...name, '-keyout', key, '-out', file])
  if (status !== 0) throw new Error(stderr)
  return { file, key }
}

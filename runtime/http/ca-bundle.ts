/** The certificates that AWS_CA_BUNDLE and, beside it, NODE_EXTRA_CA_CERTS name. They are rotated while programs run. */
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Env } from '../../api/settings/env.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

/** The certificates that a new connection trusts. */
export type Trusted = () => readonly string[]

/**
 * Reads the files again if they have changed; a file that cannot be used by then leaves what was read last.
 *
 * @param path the value of AWS_CA_BUNDLE. @returns what is wrong with that file, as the end of a sentence, or what is trusted.
 */
export function openBundle(path: string, { NODE_EXTRA_CA_CERTS: extra }: Env): string | Trusted {
  const first = readCertificates(path)
  if (first.wrong !== undefined) return first.wrong
  const files = [path, ...(extra ? [extra] : [])].map((file) => {
    const seen = stamp(file)
    // Node itself warns of a file of NODE_EXTRA_CA_CERTS that it cannot use, and goes on.
    return { file, seen, text: file === path ? first.text : readCertificates(file).text }
  })
  return () => {
    for (const one of files) {
      const now = stamp(one.file)
      if (now === one.seen) continue
      const { text } = readCertificates(one.file)
      if (text === undefined) continue
      one.seen = now
      one.text = text
    }
    return files.flatMap(({ text }) => (text === undefined ? [] : [text]))
  }
}

/** Changes with the file; the kubelet replaces the file of a ConfigMap by another one. */
function stamp(file: string): string {
  const { mtimeMs, ino, size } = statSync(file, { throwIfNoEntry: false }) ?? {}
  return `${mtimeMs} ${ino} ${size}`
}

type Certificates =
  | { readonly text: string; readonly wrong?: undefined }
  | { readonly text?: undefined; readonly wrong: string }

const beginning = '-----BEGIN CERTIFICATE-----'

function readCertificates(file: string): Certificates {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return { wrong: `cannot be read: ${systemReason(code)}` }
  }
  const [, ...blocks] = text.split(beginning)
  if (blocks.length === 0) return { wrong: 'contains no certificate in PEM' }
  const broken = blocks.findIndex((block) => !isCertificate(`${beginning}${block}`))
  if (broken !== -1) return { wrong: `contains a certificate that is not valid PEM: number ${broken + 1}` }
  return { text }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

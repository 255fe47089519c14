/** Bytes as the text of a manifest: UTF-8, as kubectl and kustomize read it. */
import { isUtf8 } from 'node:buffer'
import { invalid, type Parsed } from '../../api/parsed.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'

/** What is wrong follows the name of the input. */
export function decodeText(bytes: Buffer, language: 'YAML' | 'JSON' = 'YAML'): Parsed<string> {
  const wrong = notText(bytes, language)
  if (wrong) return { diagnostics: [wrong] }
  // Other bytes would not come out again as they went in.
  return isUtf8(bytes) ? { value: bytes.toString() } : invalid('is not UTF-8 text')
}

/** The bytes that other kinds of files begin with. None of them is in a UTF-8 text. */
const otherFiles: readonly (readonly [bytes: readonly number[], message: string, hint: string])[] = [
  [[0x1f, 0x8b], 'is compressed by gzip', 'decompress it first: gunzip -c FILE'],
  [[0xff, 0xfe], 'is UTF-16 or UTF-32 text, not UTF-8', 'save it as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16 text, not UTF-8', 'save it as UTF-8'],
]

/** Whether no UTF-8 text of YAML or JSON has these bytes. @param bytes all of it, or a part. */
export function isNotText(bytes: Uint8Array): boolean {
  return notText(bytes) !== undefined
}

function notText(bytes: Uint8Array, language = 'YAML'): Diagnostic | undefined {
  const other = otherFiles.find(([first]) => first.every((byte, index) => bytes[index] === byte))
  if (other) return { message: other[1], hint: other[2] }
  // https://yaml.org/spec/1.2.2/#51-character-set and https://www.rfc-editor.org/rfc/rfc8259#section-7
  if (!bytes.includes(0)) return undefined
  return { message: `has a NUL byte, which ${language} does not allow`, hint: 'save it as UTF-8 text' }
}

/** The bytes of base64 (https://www.rfc-editor.org/rfc/rfc4648), and the text of bytes. The messages follow the name of the value. */
import { invalid, type Parsed } from './parsed.ts'

/**
 * Of the standard alphabet or that of URLs, with or without padding. Line ends are ignored, as `base64` and `openssl` write them. All else is
 * refused: bits that say nothing and padding in the middle are the signs of a text that was cut.
 */
export function decodeBase64(text: string): Parsed<Buffer> {
  const compact = text.replace(/[\r\n]/g, '')
  const digits = compact.replace(/={1,2}$/, '')
  const isPadded = compact.length > digits.length
  const bytes = Buffer.from(digits, 'base64')
  const isStandard = bytes.toString('base64').replace(/=+$/, '') === digits
  if ((isStandard || bytes.toString('base64url') === digits) && !(isPadded && compact.length % 4 !== 0))
    return { value: bytes }
  return invalid('is not base64')
}

/** Of UTF-8 without NUL, which neither a line of a file nor an environment variable can contain. */
export function textOf(bytes: Buffer): Parsed<string> {
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return invalid('is not UTF-8 text')
    throw error
  }
  return text.includes('\0') ? invalid('contains a NUL character') : { value: text }
}

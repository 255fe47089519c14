/**
 * Which member of a stored JSON document is meant: a name, or a pointer (https://www.rfc-editor.org/rfc/rfc6901) if the text begins with a
 * slash. Whether a step of a pointer is an index depends on the document.
 */
import { invalid, type Parsed } from '../parsed.ts'

export function parseJsonKey(text: string): Parsed<string> {
  if (text === '') return invalid('is empty', 'leave it out to deliver the whole value')
  if (!text.startsWith('/') || !/~(?![01])/.test(text)) return { value: text }
  return invalid(
    'is a JSON pointer with a "~" that neither 0 nor 1 follows',
    'write ~0 for "~" and ~1 for "/"',
  )
}

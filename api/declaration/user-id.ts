/** Who a GPG key belongs to, by convention a name and a mail address: https://www.rfc-editor.org/rfc/rfc9580#section-5.11 */
import { bounds, byteLength } from '../bounds.ts'
import { invalid, type Parsed } from '../parsed.ts'

export function parseUserId(text: string): Parsed<string> {
  if (text === '')
    return invalid('is empty', 'write a name and a mail address: userId="Name <mail@example.com>"')
  if (byteLength(text, bounds.userIdBytes) > bounds.userIdBytes)
    return invalid(`has more than ${bounds.userIdBytes} bytes`)
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
    ? invalid('has a line end or another control character')
    : { value: text }
}

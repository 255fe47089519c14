/** The escapes of java.util.Properties that its format and compositions share. */

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** Code units, as Java's chars: what is beyond \uffff takes two escapes. */
const special = /[^\x20-\x5b\x5d-\x7e]/g

/** All but printable ASCII, and backslashes. */
export function escapeControls(text: string): string {
  return text.replace(
    special,
    (unit) => escapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

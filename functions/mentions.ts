/** An escape in double quotes that may stand for a printable character, or join two lines. */
const escape = /\\[xuU/\n\r]/

/** Whether a text without blanks may stand in a key or value of YAML source: as it is, or written with escapes. */
export function mentions(source: string, text: string): boolean {
  return source.includes(text) || escape.test(source)
}

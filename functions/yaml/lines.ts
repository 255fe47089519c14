/** The lines of a source, by position. As in YAML, a line ends with LF, CR LF or CR. */

const [lineFeed, carriageReturn] = [10, 13]

function isLineEnd(code: number): boolean {
  return code === lineFeed || code === carriageReturn
}

export function lineStart(source: string, position: number): number {
  let at = position
  while (at > 0 && !isLineStart(source, at)) at--
  return at
}

/** A byte order mark at the start of a line is not part of the line. */
export function isLineStart(source: string, position: number): boolean {
  if (position === 0) return source[0] !== '\ufeff'
  const before = source[position - 1]
  if (before === '\r') return source[position] !== '\n'
  return before === '\n' || (before === '\ufeff' && (position === 1 || isLineStart(source, position - 1)))
}

export function columnOf(source: string, position: number): number {
  return position - lineStart(source, position)
}

/** The end of the text of the line. */
export function lineEnd(source: string, position: number): number {
  let at = position
  while (at < source.length && !isLineEnd(source.charCodeAt(at))) at++
  return at
}

/** The start of the next line, or the end of the source. */
export function nextLine(source: string, position: number): number {
  const end = lineEnd(source, position)
  return end + (source.startsWith('\r\n', end) ? 2 : end < source.length ? 1 : 0)
}

/** The end of the text of the line that ends right before a position. */
export function previousLineEnd(source: string, position: number): number {
  if (!isLineEnd(source.charCodeAt(position - 1))) return position
  return position - (source.startsWith('\r\n', position - 2) ? 2 : 1)
}

/** The line end that the source uses. */
export function lineEndOf(source: string): string {
  return /\r\n|\r|\n/.exec(source)?.[0] ?? '\n'
}

/** Edits of block YAML: whole lines, indented as required at their position. */
import type { SourceEdit } from './apply-edits.ts'
import { columnOf, isLineStart, lineEndOf, lineStart, nextLine } from './lines.ts'

export type Span = { readonly start: number; readonly end: number }

/** After the last line of an entry or item, and after comments that are indented deeper. */
export function addBehind(
  source: string,
  end: number,
  lines: readonly string[],
  column: number,
  what: 'entry' | 'item',
): SourceEdit {
  // The items of a list may be in the same column as the key of the list, and still are deeper.
  const depth = column * 2 + (what === 'item' ? 1 : 0)
  return { ...addLines(source, behindComments(source, end, column), lines, column), depth }
}

/** Before the first entry of a map or the first item of a list, and before the comments above it. */
export function addAbove(source: string, start: number, lines: readonly string[]): SourceEdit {
  const column = columnOf(source, start)
  let at = lineStart(source, start)
  // The map begins on the line of its dash: the added lines begin there instead.
  if (/[^ ]/.test(source.slice(at, start))) {
    return { start, end: start, text: indent(source, lines, column) + ' '.repeat(column) }
  }
  const comment = new RegExp(`^ {0,${column}}#`)
  while (at > 0) {
    const above = lineStart(source, at - 1)
    if (!comment.test(source.slice(above, at))) break
    at = above
  }
  return addLines(source, at, lines, column)
}

/** If text that ends in a block scalar were inserted before a deeper comment or deeper blanks, they would become part of it. */
export function behindComments(source: string, end: number, column: number): number {
  for (let line = nextLine(source, end); ; line = nextLine(source, line)) {
    let at = line
    while (source[at] === ' ') at++
    const isComment = at === source.length || '#\r\n'.includes(source.charAt(at))
    if (!isComment || at - line <= column) return line
  }
}

/** At the start of a line, or at the end of the source. */
function addLines(source: string, at: number, lines: readonly string[], column: number): SourceEdit {
  const text = ' '.repeat(column) + indent(source, lines, column)
  if (isLineStart(source, at)) return { start: at, end: at, text }
  // A source without a line end at its end keeps none.
  const newline = lineEndOf(source)
  return { start: at, end: at, text: newline + text.slice(0, -newline.length) }
}

/** Lines with their ends. The first is not indented: it begins at the position of the edit. */
export function indent(source: string, lines: readonly string[], column: number): string {
  const newline = lineEndOf(source)
  const texts = indented.get(lines) ?? new Map<string, string>()
  indented.set(lines, texts)
  const known = texts.get(newline + column)
  if (known !== undefined) return known
  const text = lines
    .map((line, index) => (index === 0 || line === '' ? '' : ' '.repeat(column)) + line + newline)
    .join('')
  texts.set(newline + column, text)
  return text
}

/** The same lines are added to very many sources. The column and the line end are few. */
const indented = new WeakMap<readonly string[], Map<string, string>>()

/** @param children all entries of a map or items of a list, from the key or the dash on. At least one must not be removed. */
export function removeLines(
  source: string,
  children: readonly Span[],
  removed: ReadonlySet<number>,
): SourceEdit[] {
  const edits: SourceEdit[] = []
  for (let index = 0; index < children.length; index++) {
    const child = children[index]
    if (!child || !removed.has(index)) continue
    const start = lineStart(source, child.start)
    if (!/[^ ]/.test(source.slice(start, child.start))) {
      edits.push({ start, end: nextLine(source, child.end), text: '' })
      continue
    }
    // The first begins on the line of an outer dash: the next child takes its position.
    while (removed.has(index + 1)) index++
    const below = nextLine(source, children[index]?.end ?? child.end)
    const blank = /^\s*/.exec(source.slice(below))?.[0].length ?? 0
    edits.push({ start: child.start, end: below + blank, text: '' })
  }
  return edits
}

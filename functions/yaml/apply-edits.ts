/** Replaces [start, end) of a source by the text. */
export type SourceEdit = {
  readonly start: number
  readonly end: number
  readonly text: string
  /** How deep in the tree whole lines that are inserted belong: where several end at one position, the deepest go first. */
  readonly depth?: number
}

/** @param edits that do not overlap. Insertions at one position go by their depth, then in the given order. */
export function applyEdits(source: string, edits: readonly SourceEdit[]): string {
  let position = 0
  const pieces: string[] = []
  for (const { start, end, text } of edits.toSorted(byPlace)) {
    if (start < position) throw new Error('two edits of one source overlap')
    pieces.push(source.slice(position, start), text)
    position = end
  }
  const text = pieces.join('') + source.slice(position)
  // A source that ends without a line end goes on doing so when its last lines are taken out.
  return source.endsWith('\n') ? text : text.replace(/(?<![\r\n])\r?\n$/, '')
}

/** What is inserted at a position comes before what replaces the text behind it. */
function byPlace(a: SourceEdit, b: SourceEdit): number {
  return (
    a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start) || (b.depth ?? 0) - (a.depth ?? 0)
  )
}

/** Replaces [start, end) of a source by the text. */
export type SourceEdit = {
  readonly start: number
  readonly end: number
  readonly text: string
  /** The depth in the tree of inserted lines. Of insertions at one position, the deepest come first. */
  readonly depth?: number
}

/** @param edits must not overlap. Insertions at one position are ordered by depth, then as given. */
export function applyEdits(source: string, edits: readonly SourceEdit[]): string {
  return editedPieces(source, edits).join('')
}

/** Likewise, in pieces: to join those of a large text takes as long as to write them. */
export function editedPieces(source: string, edits: readonly SourceEdit[]): readonly string[] {
  let position = 0
  const pieces: string[] = []
  for (const { start, end, text } of edits.toSorted(byPlace)) {
    if (start < position) throw new Error('two edits of one source overlap')
    pieces.push(source.slice(position, start), text)
    position = end
  }
  pieces.push(source.slice(position))
  // A source without a line end at its end keeps none when its last lines are removed.
  return source.endsWith('\n') ? pieces : [pieces.join('').replace(/(?<![\r\n])\r?\n$/, '')]
}

/** How long the text is with the edits, or a little longer. */
export function lengthOf(source: string, edits: readonly SourceEdit[]): number {
  return edits.reduce((length, { start, end, text }) => length + text.length - (end - start), source.length)
}

/** An insertion at a position comes before the replacement of the text after it. */
function byPlace(a: SourceEdit, b: SourceEdit): number {
  return (
    a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start) || (b.depth ?? 0) - (a.depth ?? 0)
  )
}

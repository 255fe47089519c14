import type { SourceDocument, SourceEntry, SourceNode } from './node.ts'

/**
 * Whether there may be a comment in an entry, on its last line or in the lines of blanks and comments below. A "#" in a
 * string counts too, so the answer errs on the safe side.
 */
export function hasCommentsNear({ source }: SourceDocument, { key, value }: SourceEntry): boolean {
  return /(^|\s)#/.test(source.slice(key.start, value.end) + below(source, value.end))
}

/** Whether there is a comment on a line of its own below a node. */
export function hasCommentBelow({ source }: SourceDocument, { end }: SourceNode): boolean {
  return /[\r\n]\s*#/.test(below(source, end))
}

/** The rest of the line, and the lines of blanks and comments that follow. */
function below(source: string, end: number): string {
  const pattern = /[^\r\n]*(?:\s*#[^\r\n]*)*/y
  pattern.lastIndex = end
  return pattern.exec(source)?.[0] ?? ''
}

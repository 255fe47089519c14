/**
 * Edits of empty values that have a comment, an anchor or a tag, which must not be lost: such as
 *
 *     volumes: [
 *       # none so far
 *     ]
 *
 * The items go inside the brackets, and are removed from them again.
 */
import type { SourceEdit } from './apply-edits.ts'
import { removeFromFlow } from './flow-edit.ts'
import { lineEnd, nextLine } from './lines.ts'
import type { SourceMap, SourceNode, SourceSequence } from './node.ts'
import { jsonText } from './stringify.ts'
import { propertiesStart } from './trivia.ts'
import type { Value } from './value.ts'

/**
 * Whether a value has a comment, an anchor or a tag that an edit of its source would remove. A comment behind it on the line of its key is not
 * removed. @param colon the position after it.
 */
export function hasDecoration(source: string, colon: number, value: SourceNode): boolean {
  // Nothing to edit, as in `volumes: # none so far`.
  if (value.end === value.start) return false
  const isTagged = value.tag !== undefined
  if (value.type === 'scalar' && isTagged) return false
  return isTagged || value.anchor !== undefined || hasComment(source, colon, value)
}

/** Likewise of comments alone. */
export function hasComment(source: string, colon: number, value: SourceNode): boolean {
  const behind =
    value.start < nextLine(source, colon) ? '' : source.slice(value.end, lineEnd(source, value.end))
  return [source.slice(colon, value.start), ...gapsIn(source, value), behind].some((one) => one.includes('#'))
}

/** The text between the children of a flow collection, and before and behind them. */
function gapsIn(source: string, value: SourceNode): string[] {
  if (value.type !== 'map' && value.type !== 'sequence') return []
  const gaps = []
  let from = value.start
  for (const { start, end } of childrenOf(source, value)) {
    gaps.push(source.slice(from, start))
    from = end
  }
  return [...gaps, source.slice(from, value.end)]
}

function childrenOf(source: string, collection: SourceMap | SourceSequence) {
  if (collection.type === 'sequence') return collection.items
  return collection.entries.map(({ key, value }) => ({
    start: propertiesStart(source, key),
    end: Math.max(key.end, value.end),
  }))
}

/** @param old an empty value. */
export function filledInPlace(old: SourceNode, value: Value): SourceEdit {
  const json = jsonText(value)
  const isSame = old.type === (Array.isArray(value) ? 'sequence' : 'map')
  if (!isSame) return { start: old.start, end: old.end, text: json }
  // A comment ends with its line, so the closing bracket is on a line without one before it.
  return { start: old.end - 1, end: old.end - 1, text: json.slice(1, -1) }
}

/** The source of an empty value without what is not removed. */
export function textInPlace(source: string, value: SourceNode): string {
  if (value.type === 'sequence') return ' []'
  return value.type === 'map' ? ' {}' : ` ${source.slice(value.start, value.end)}`
}

/** @param text from textInPlace. */
export function emptiedInPlace(
  source: string,
  value: SourceMap | SourceSequence,
  text: string,
): SourceEdit[] {
  const empty = text.trim()
  if (!empty.startsWith(source.charAt(value.start)))
    return [{ start: value.start, end: value.end, text: empty }]
  const children = childrenOf(source, value)
  return removeFromFlow(source, value, children, new Set(children.keys()))
}

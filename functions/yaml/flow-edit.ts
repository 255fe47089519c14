/** Edits of flow YAML and JSON: each inserts or removes JSON, with its comma. */
import type { SourceEdit } from './apply-edits.ts'
import type { Span } from './block-edit.ts'
import type { SourceMap, SourceSequence } from './node.ts'
import { behindIndicator, skipBlank } from './trivia.ts'
import { isVoid } from './value.ts'

/** @param last after which it is added; undefined: before all others. */
export function addToFlow(
  collection: SourceMap | SourceSequence,
  last: Span | undefined,
  json: string,
): SourceEdit {
  const at = last?.end ?? collection.start + 1
  if (last) return { start: at, end: at, text: `, ${json}` }
  return { start: at, end: at, text: isVoid(collection) ? json : `${json}, ` }
}

/** Each run of removed children is removed with the comma before it, or with the one after it if nothing is left before it. */
export function removeFromFlow(
  source: string,
  collection: Span,
  children: readonly Span[],
  removed: ReadonlySet<number>,
): SourceEdit[] {
  const edits: SourceEdit[] = []
  children.forEach((child, first) => {
    if (!removed.has(first) || removed.has(first - 1)) return
    let last = first
    while (removed.has(last + 1)) last++
    const before = children[first - 1]
    const end = children[last]?.end ?? child.end
    if (before) {
      edits.push({ start: before.end, end, text: '' })
      return
    }
    const comma = behindIndicator(source, end, ',')
    const blank = comma !== undefined && source[comma] === ' ' ? 1 : 0
    edits.push({ start: skipBlank(source, collection.start + 1), end: (comma ?? end) + blank, text: '' })
  })
  return edits
}

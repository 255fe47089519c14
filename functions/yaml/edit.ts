/**
 * Edits of YAML source by position: each inserts or removes whole lines of block YAML, or JSON inside flow YAML, and does
 * not change any other byte. Whether a node may be edited is checked by editor.ts, the only user.
 */
import type { SourceEdit } from './apply-edits.ts'
import { addAbove, addBehind, behindComments, indent, removeLines, type Span } from './block-edit.ts'
import { addToFlow, removeFromFlow } from './flow-edit.ts'
import { emptiedInPlace, filledInPlace, hasComment, hasDecoration, textInPlace } from './in-place-edit.ts'
import { withTrailingLines } from './trailing-lines.ts'
import { columnOf, lineStart, nextLine } from './lines.ts'
import type { SourceEntry, SourceMap, SourceNode, SourceSequence } from './node.ts'
import { propertiesStart, skipBlank } from './trivia.ts'
import { isVoid, type Value } from './value.ts'
import type { ListStyle } from './print-plain.ts'
import { entryLines, itemLines, jsonText, yamlLines } from './stringify.ts'

/** @param before the key of the entry that it goes before; absent: at the end. */
export function addedEntry(
  source: string,
  map: SourceMap,
  key: string,
  value: Value,
  lists: ListStyle,
  before?: string,
): SourceEdit {
  const next = before === undefined ? -1 : map.entries.findIndex((entry) => isKey(entry, before))
  const previous = next < 0 ? map.entries.at(-1) : map.entries[next - 1]
  const last = previous && spanOf(source, previous)
  if (map.flow) return addToFlow(map, last, `${jsonText(key)}: ${jsonText(value)}`)
  const lines = entryLines(key, value, lists)
  if (!last) return addAbove(source, map.start, lines)
  return addBehind(source, last.end, lines, columnOf(source, map.start), 'entry')
}

export function addedItem(
  source: string,
  list: SourceSequence,
  value: Value,
  where: 'first' | 'last' | SourceNode,
  lists: ListStyle,
): SourceEdit {
  const ends = { first: undefined, last: list.items.at(-1) }
  const last = typeof where === 'string' ? ends[where] : where
  if (list.flow) return addToFlow(list, last, jsonText(value))
  const lines = itemLines(value, lists)
  if (!last) return addAbove(source, list.start, lines)
  return addBehind(source, last.end, lines, columnOf(source, list.start), 'item')
}

/** In the style of the map. The anchor and the tag of the old value are removed, unless it is empty. */
export function replacedValue(
  source: string,
  map: SourceMap,
  entry: SourceEntry,
  value: Value,
  lists: ListStyle,
): SourceEdit[] {
  const { key, value: old } = entry
  const colon = behindColon(source, entry, map.flow)
  if (isVoid(old) && hasDecoration(source, colon, old)) return [filledInPlace(old, value)]
  if (map.flow) {
    const tight = key.style === 'quoted' && !/\s/.test(source[colon] ?? '')
    return [{ start: colon, end: old.end, text: (tight ? '' : ' ') + jsonText(value) }]
  }
  const printed = yamlLines({ key: value }, lists)
  // The comments and blanks that follow would become part of a block scalar.
  const [first = '', ...lines] =
    typeof value === 'string' && printed.length > 1 ? [`key: ${jsonText(value)}`] : printed
  const head = first.slice('key:'.length)
  const column = columnOf(source, map.start)
  const below = nextLine(source, colon)
  const edits = []
  if (old.start >= below && old.end > old.start) {
    const end = behindProperties(source, colon)
    edits.push({ start: colon, end, text: head }, { start: below, end: nextLine(source, old.end), text: '' })
  } else edits.push({ start: colon, end: old.end, text: head })
  return lines.length === 0 ? edits : [...edits, addBehind(source, old.end, lines, column, 'item')]
}

/**
 * The source of a value with the blanks before it, so that restoredValue can write it again. Without comments, anchor and
 * tag, which replacedValue does not remove from an empty value.
 */
export function valueSource(source: string, map: SourceMap, entry: SourceEntry): string {
  const colon = behindColon(source, entry, map.flow)
  const { value } = entry
  return hasDecoration(source, colon, value) ? textInPlace(source, value) : source.slice(colon, value.end)
}

/** The source that a map has once its last entry is removed, for restoredValue: in block style none. */
export function emptySource(source: string, map: SourceMap, entry: SourceEntry): string {
  const { value } = entry
  if (value.type !== 'map' || !value.flow) return ''
  return behindColon(source, entry, map.flow) === value.start ? '{}' : ' {}'
}

/** Whether a value has a comment that goes with it. A comment behind its key is not one. */
export function holdsComment(source: string, map: SourceMap, entry: SourceEntry): boolean {
  return hasComment(source, behindColon(source, entry, map.flow), entry.value)
}

/** The lines of a value in block style are removed; comments above them are not. @param given from valueSource. */
export function restoredValue(
  source: string,
  map: SourceMap,
  entry: SourceEntry,
  given: string,
): SourceEdit[] {
  const { value } = entry
  // Another tool may have made JSON of the YAML since.
  const text = /^\s*~?$/.test(given) && map.flow && isJson(source) ? ' null' : given
  const colon = behindColon(source, entry, map.flow)
  const isFlow = value.type !== 'scalar' && value.type !== 'alias' && value.flow
  if (isFlow && hasDecoration(source, colon, value)) return emptiedInPlace(source, value, text)
  if (map.flow || value.start < nextLine(source, colon)) return [{ start: colon, end: value.end, text }]
  const lines = { start: lineStart(source, value.start), end: nextLine(source, value.end), text: '' }
  return [{ start: colon, end: behindProperties(source, colon), text }, lines]
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** Each with its lines or with its comma. At least one entry must be left. */
export function removedEntries(
  source: string,
  map: SourceMap,
  entries: readonly SourceEntry[],
): SourceEdit[] {
  const indexes = new Set(entries.map((one) => map.entries.indexOf(one)))
  const spans = map.entries.map((entry) => spanOf(source, entry))
  if (map.flow) return removeFromFlow(source, map, spans, indexes)
  const values = map.entries.map((one) => one.value)
  return removeLines(source, withTrailingLines(source, spans, values, indexes), indexes)
}

/** Likewise. */
export function removedItems(
  source: string,
  list: SourceSequence,
  items: readonly SourceNode[],
): SourceEdit[] {
  const indexes = new Set(items.map((item) => list.items.indexOf(item)))
  if (list.flow) return removeFromFlow(source, list, list.items, indexes)
  const spans = list.items.map((_, index) => itemSpan(source, list, index))
  return removeLines(source, withTrailingLines(source, spans, list.items, indexes), indexes)
}

/** In block style, all lines of the item are replaced, with the comments in it. */
export function replacedItem(
  source: string,
  list: SourceSequence,
  item: SourceNode,
  value: Value,
  lists: ListStyle,
): SourceEdit {
  if (list.flow) return { start: item.start, end: item.end, text: jsonText(value) }
  const column = columnOf(source, list.start)
  const { start, end } = itemSpan(source, list, list.items.indexOf(item))
  const text = indent(source, itemLines(value, lists), column)
  return { start, end: behindComments(source, end, column), text }
}

/** Whether a key is written as `key:`, so that the edits find its value. */
export function hasColon(source: string, { key }: SourceEntry, flow: boolean): boolean {
  return colonPattern(flow, key.end).test(source)
}

function behindColon(source: string, { key }: SourceEntry, flow: boolean): number {
  const found = colonPattern(flow, key.end).exec(source)
  if (!found) throw new Error('the key of the value to replace is not followed by its colon')
  return key.end + found[0].length
}

/** The end of the anchor and the tag after a colon, if there are any on its line. */
function behindProperties(source: string, colon: number): number {
  const properties = /([ \t]+[&!]\S*)*/y
  properties.lastIndex = colon
  return colon + (properties.exec(source)?.[0].length ?? 0)
}

function colonPattern(flow: boolean, at: number): RegExp {
  const pattern = flow ? /\s*:/y : /[ \t]*:/y
  pattern.lastIndex = at
  return pattern
}

function isKey({ key }: SourceEntry, name: string): boolean {
  return key.text === name
}

function spanOf(source: string, { key, value }: SourceEntry): Span {
  return { start: propertiesStart(source, key), end: Math.max(key.end, value.end) }
}

/** From the dash on. */
function itemSpan(source: string, { items, start: first }: SourceSequence, index: number): Span {
  const before = items[index - 1]
  const start = before ? skipBlank(source, before.end) : first
  return { start, end: Math.max(items[index]?.end ?? 0, start + 1) }
}

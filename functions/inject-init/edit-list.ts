/** Edits of the lists of a pod: a list that is not there is made, and one that would be left empty goes. */
import type { SourceEdit } from '../yaml/apply-edits.ts'
import { addEntry, addItem, removeEntries, removeItems, replaceValue } from '../yaml/edit.ts'
import type { SourceDocument, SourceMap } from '../yaml/node.ts'
import { ownEntry, toValue, type Value } from '../yaml/value.ts'
import type { ListStyle } from '../yaml/stringify.ts'
import type { Part, PartList } from './editable-pod.ts'
import { isSemanticallyEqual } from './semantic-equal.ts'

export function addParts(
  document: SourceDocument,
  { map, entry, list }: PartList,
  key: string,
  values: readonly Value[],
  where: 'first' | 'last' | Part,
  lists: ListStyle,
): SourceEdit[] {
  if (values.length === 0) return []
  const place = typeof where === 'string' ? where : where.node
  if (list) return values.map((value) => addItem(document, list, value, place, lists))
  if (entry) return replaceValue(document, map, entry, values, lists)
  // Init containers go where a reader expects them.
  const before = key === 'initContainers' ? { before: 'containers' } : {}
  return [addEntry(document, map, key, values, { lists, ...before })]
}

export function removeParts(
  document: SourceDocument,
  { map, entry, list }: PartList,
  parts: readonly Part[],
): SourceEdit[] {
  if (!list || !entry || parts.length === 0) return []
  if (parts.length === list.items.length) return removeEntries(document, map, [entry])
  const nodes = parts.map(({ node }) => node)
  return removeItems(document, list, nodes)
}

/** Makes an entry of a part say this; undefined: takes it out. */
export function setEntry(
  document: SourceDocument,
  map: SourceMap,
  key: string,
  value: Value | undefined,
  lists: ListStyle,
): SourceEdit[] {
  const entry = ownEntry(map, key)
  if (entry === undefined) return value === undefined ? [] : [addEntry(document, map, key, value, { lists })]
  if (value === undefined) return removeEntries(document, map, [entry])
  if (isSemanticallyEqual(toValue(entry.value), value)) return []
  return replaceValue(document, map, entry, value, lists)
}

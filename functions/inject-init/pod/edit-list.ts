/** Edits of the lists of a pod: a missing list is created, and one that would be left empty is removed. */
import { isEmptySource } from '../../workload/injection-record.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { SourceMap } from '../../yaml/node.ts'
import { ownEntry, toValue, type Value } from '../../yaml/value.ts'
import type { Part, PartList } from './editable-pod.ts'
import { isSemanticallyEqual } from './semantic-equal.ts'

export function addParts(
  editor: Editor,
  { map, key, entry, list }: PartList,
  values: readonly Value[],
  where: 'first' | 'last' | Part,
): void {
  if (values.length === 0) return
  if (list) {
    const place = typeof where === 'string' ? where : where.node
    for (const value of values) editor.addItem(list, value, place)
  } else if (entry) editor.replaceValue(map, entry, values)
  // Readers expect init containers before the containers.
  else editor.addEntry(map, key, values, key === 'initContainers' ? 'containers' : undefined)
}

/** The source of a list that is there but empty, for the record; undefined for any other, or with an anchor or a tag. */
export function emptySource(editor: Editor, { map, entry, list }: PartList): string | undefined {
  const source = entry && !list ? editor.valueSource(map, entry) : undefined
  return source !== undefined && isEmptySource(source) ? source : undefined
}

/** @param empty the source of the list before it had items; undefined: there was none. */
export function removeParts(
  editor: Editor,
  { map, entry, list }: PartList,
  parts: readonly Part[],
  empty?: string,
): void {
  if (!list || !entry || parts.length === 0) return
  const isAll = parts.length === list.items.length
  if (isAll && empty === undefined) editor.removeEntries(map, [entry])
  else if (isAll && empty !== undefined) editor.restoreValue(map, entry, empty)
  else
    editor.removeItems(
      list,
      parts.map(({ node }) => node),
    )
}

/** Sets the value of an entry of a map; undefined: removes the entry. */
export function setEntry(editor: Editor, map: SourceMap, key: string, value: Value | undefined): void {
  const entry = ownEntry(map, key)
  if (entry === undefined) {
    if (value !== undefined) editor.addEntry(map, key, value)
  } else if (value === undefined) editor.removeEntries(map, [entry])
  else if (!isSemanticallyEqual(toValue(entry.value), value)) editor.replaceValue(map, entry, value)
}

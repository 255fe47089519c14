/** Edits of the lists of a pod: a missing list is created, and one that would be left empty is removed. */
import type { Editor } from '../yaml/editor.ts'
import type { SourceMap } from '../yaml/node.ts'
import { ownEntry, toValue, type Value } from '../yaml/value.ts'
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

export function removeParts(editor: Editor, { map, entry, list }: PartList, parts: readonly Part[]): void {
  if (!list || !entry || parts.length === 0) return
  if (parts.length === list.items.length) editor.removeEntries(map, [entry])
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

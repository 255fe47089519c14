/** Edits of the lists of a pod: a list that is not there is made, and one that would be left empty goes. */
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
  // Init containers go where a reader expects them.
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

/** Makes the entry of a map have this value; undefined: takes the entry out. */
export function setEntry(editor: Editor, map: SourceMap, key: string, value: Value | undefined): void {
  const entry = ownEntry(map, key)
  if (entry === undefined) {
    if (value !== undefined) editor.addEntry(map, key, value)
  } else if (value === undefined) editor.removeEntries(map, [entry])
  else if (!isSemanticallyEqual(toValue(entry.value), value)) editor.replaceValue(map, entry, value)
}

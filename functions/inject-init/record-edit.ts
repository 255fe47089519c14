import { injectedAnnotation } from '../../api/annotation-domain.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import { checkedMap, editableMap, type Refusals } from '../yaml/edit-target.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import { addEntry, removeEntries, replaceValue } from '../yaml/edit.ts'
import { isVoid, ownEntry, stringOf } from '../yaml/value.ts'
import type { ListStyle } from '../yaml/stringify.ts'
import { formatRecords, type InjectionRecords } from '../workload/injection-record.ts'

/** The edits that make the object's record say this. */
export function writeRecords(
  { document, root }: ManifestItem,
  records: InjectionRecords,
  lists: ListStyle,
  refusals: Refusals,
): SourceEdit[] {
  const text = formatRecords(records)
  const metadata = editableMap(document, root, ['metadata'], refusals)
  if (!metadata) return []
  const entry = ownEntry(metadata, 'annotations')
  const fresh = { [injectedAnnotation]: text }
  if (!entry) return [addEntry(document, metadata, 'annotations', fresh, { lists })]
  const { value } = entry
  if (isVoid(value)) return replaceValue(document, metadata, entry, fresh, lists)
  const annotations = checkedMap(document, value, 'metadata.annotations', refusals)
  if (!annotations) return []
  const own = ownEntry(annotations, injectedAnnotation)
  if (!own) return [addEntry(document, annotations, injectedAnnotation, text, { lists })]
  return stringOf(own.value) === text ? [] : replaceValue(document, annotations, own, text, lists)
}

/** Takes annotations of the object's own out, such as the record, and the whole map where nothing else is in it. */
export function removeAnnotations(
  { document, root }: ManifestItem,
  keys: readonly string[],
  refusals: Refusals,
): SourceEdit[] {
  if (keys.length === 0) return []
  const metadata = editableMap(document, root, ['metadata'], refusals)
  const all = metadata && ownEntry(metadata, 'annotations')
  const annotations = all && checkedMap(document, all.value, 'metadata.annotations', refusals)
  if (!annotations) return []
  const entries = keys.flatMap((key) => ownEntry(annotations, key) ?? [])
  if (entries.length === 0) return []
  if (entries.length === annotations.entries.length) return removeEntries(document, metadata, [all])
  return removeEntries(document, annotations, entries)
}

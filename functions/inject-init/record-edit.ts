import { injectedAnnotation } from '../../api/annotation-domain.ts'
import type { SourceEdit } from '../apply-edits.ts'
import { checkedMap, editableMap, type Refusals } from '../editable.ts'
import type { ManifestItem } from '../manifest-item.ts'
import { addEntry, removeEntries, replaceValue } from '../source-edit.ts'
import { isVoid, ownEntry, stringOf } from '../source-value.ts'
import type { ListStyle } from '../yaml-text.ts'
import { formatRecords, type InjectionRecords } from '../injection-record.ts'

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

/** Takes the record out, and the annotations with it where it is the only one. */
export function removeRecord({ document, root }: ManifestItem, refusals: Refusals): SourceEdit[] {
  const metadata = editableMap(document, root, ['metadata'], refusals)
  const all = metadata && ownEntry(metadata, 'annotations')
  const annotations = all && checkedMap(document, all.value, 'metadata.annotations', refusals)
  const entry = annotations && ownEntry(annotations, injectedAnnotation)
  if (!entry) return []
  if (annotations.entries.length === 1) return removeEntries(document, metadata, [all])
  return removeEntries(document, annotations, [entry])
}

import { injectedAnnotation } from '../../api/annotation-domain.ts'
import type { Editor } from '../yaml/editor.ts'
import type { SourceMap } from '../yaml/node.ts'
import { isVoid, ownEntry, stringOf } from '../yaml/value.ts'
import { formatRecords, type InjectionRecords } from '../workload/injection-record.ts'

/** Writes the records into the annotations of the object itself. */
export function writeRecords(editor: Editor, root: SourceMap, records: InjectionRecords): void {
  const text = formatRecords(records)
  const metadata = editor.mapAt(root, ['metadata'])
  if (!metadata) return
  const entry = ownEntry(metadata, 'annotations')
  const fresh = { [injectedAnnotation]: text }
  if (!entry) return editor.addEntry(metadata, 'annotations', fresh)
  if (isVoid(entry.value)) return editor.replaceValue(metadata, entry, fresh)
  const annotations = editor.checkMap(entry.value, 'metadata.annotations')
  if (!annotations) return
  const own = ownEntry(annotations, injectedAnnotation)
  if (!own) editor.addEntry(annotations, injectedAnnotation, text)
  else if (stringOf(own.value) !== text) editor.replaceValue(annotations, own, text)
}

/** Removes annotations of the object itself, such as the record, and the whole map if nothing else is in it. */
export function removeAnnotations(editor: Editor, root: SourceMap, keys: readonly string[]): void {
  if (keys.length === 0) return
  const metadata = editor.mapAt(root, ['metadata'])
  const all = metadata && ownEntry(metadata, 'annotations')
  const annotations = all && editor.checkMap(all.value, 'metadata.annotations')
  if (!annotations) return
  const entries = keys.flatMap((key) => ownEntry(annotations, key) ?? [])
  if (entries.length === 0) return
  if (entries.length === annotations.entries.length) editor.removeEntries(metadata, [all])
  else editor.removeEntries(annotations, entries)
}

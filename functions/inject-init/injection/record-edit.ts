import { injectedAnnotation } from '../../../api/declaration/annotation-domain.ts'
import { fits } from '../../../api/bounds.ts'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { annotationsOf, type ManifestItem } from '../../krm/manifest-item.ts'
import {
  annotationBytes,
  excessBytes,
  hintForLarge,
  maxAnnotationBytes,
} from '../../workload/annotation-bytes.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { SourceMap } from '../../yaml/node.ts'
import { isVoid, ownEntry, stringOf } from '../../yaml/value.ts'
import { formatRecords, type InjectionRecords, isEmptySource } from '../../workload/injection-record.ts'

/** Writes the records into the annotations of the object itself. @param former the records before. */
export function writeRecords(
  editor: Editor,
  root: SourceMap,
  records: InjectionRecords,
  former: InjectionRecords | undefined,
): void {
  const metadata = editor.mapAt(root, ['metadata'])
  if (!metadata) return
  const entry = ownEntry(metadata, 'annotations')
  const source = entry && isVoid(entry.value) ? editor.valueSource(metadata, entry) : undefined
  const empty = source !== undefined && isEmptySource(source) ? source : emptyAnnotations(former)
  const text = formatRecords(withEmptyAnnotations(records, empty))
  const fresh = { [injectedAnnotation]: text }
  if (!entry) return editor.addEntry(metadata, 'annotations', fresh)
  if (isVoid(entry.value)) return editor.replaceValue(metadata, entry, fresh)
  const annotations = editor.checkMap(entry.value, () => 'metadata.annotations')
  if (!annotations) return
  const own = ownEntry(annotations, injectedAnnotation)
  if (!own) editor.addEntry(annotations, injectedAnnotation, text)
  else if (stringOf(own.value) !== text) editor.replaceValue(annotations, own, text)
}

/**
 * What is wrong with the size of an object's own annotations with a record, which names each variable in each container. Only for what is
 * injected: a pod of a workload does not have the record.
 */
export function validateRecordSize(item: ManifestItem, records: InjectionRecords): Diagnostic[] {
  if (records.size === 0) return []
  const text = formatRecords(records)
  const { document, root } = item
  // Nearly always: without aliases, no text has more characters than its source.
  if (document.aliased.size === 0 && fits([text], maxAnnotationBytes - 3 * (root.end - root.start))) return []
  const others = annotationsOf(item)
  others.delete(injectedAnnotation)
  const bytes = excessBytes([...others, [injectedAnnotation, text]])
  if (bytes === undefined) return []
  const ofOthers = annotationBytes(others)
  const hasVariables = [...records.values()].some(({ env }) => env !== undefined)
  const size = `${bytes} bytes with the record ${injectedAnnotation} of ${Buffer.byteLength(text)}`
  return [
    {
      message: `cannot be injected: its own annotations would have ${size}, and the API server accepts ${maxAnnotationBytes}`,
      hint:
        hasVariables && bytes - ofOthers > ofOthers
          ? 'declare fewer environment variables, or name the containers that need them in containers'
          : hintForLarge(others),
    },
  ]
}

/** The source of the annotations before the record was added, if they were there but empty. */
function emptyAnnotations(records: InjectionRecords | undefined): string | undefined {
  return [...(records?.values() ?? [])].find(({ empty }) => empty?.['annotations'] !== undefined)?.empty?.[
    'annotations'
  ]
}

/** In the first record, whose pod template it is not about. */
function withEmptyAnnotations(records: InjectionRecords, annotations: string | undefined): InjectionRecords {
  if (annotations === undefined) return records
  return new Map(
    [...records].map(([key, record], index) => {
      const { annotations: _, ...rest } = record.empty ?? {}
      return [key, { ...record, empty: index === 0 ? { ...rest, annotations } : rest }]
    }),
  )
}

/**
 * Removes annotations of the object itself, such as the record, and the whole map if nothing else is in it. A comment in it is not removed.
 *
 * @param records with what the annotations were before. @param ofPod whether they are also those of the pod: then the map was there before the
 * record, with the declarations, and stays without them.
 */
export function removeAnnotations(
  editor: Editor,
  root: SourceMap,
  keys: readonly string[],
  records: InjectionRecords | undefined,
  ofPod: boolean,
): void {
  if (keys.length === 0) return
  const metadata = editor.mapAt(root, ['metadata'])
  const all = metadata && ownEntry(metadata, 'annotations')
  const annotations = all && editor.checkMap(all.value, () => 'metadata.annotations')
  if (!annotations) return
  const entries = keys.flatMap((key) => ownEntry(annotations, key) ?? [])
  if (entries.length === 0) return
  const isAll = entries.length === annotations.entries.length
  const empty = isAll ? (emptyAnnotations(records) ?? editor.emptySource(metadata, all, ofPod)) : undefined
  if (isAll && empty !== undefined) editor.restoreValue(metadata, all, empty)
  else if (isAll) editor.removeEntries(metadata, [all])
  else editor.removeEntries(annotations, entries)
}

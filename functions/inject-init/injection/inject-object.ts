import { injectedAnnotation } from '../../../api/declaration/annotation-domain.ts'
import { about, type Diagnostic } from '../../../api/diagnostic.ts'
import { exitCode } from '../../../api/exit-code.ts'
import type { SourceEdit } from '../../yaml/apply-edits.ts'
import { hasCommentBelow } from '../../yaml/comments.ts'
import { Editor } from '../../yaml/editor.ts'
import type { InjectionRecord, InjectionRecords } from '../../workload/injection-record.ts'
import { errorsOf, type Result } from '../../krm/result.ts'
import { annotationsOf, type ManifestItem } from '../../krm/manifest-item.ts'
import { annotationResults } from '../../workload/annotation-results.ts'
import type { Workload } from '../../workload/workload.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { injectPod } from './inject-pod.ts'
import { removeAnnotations, writeRecords } from './record-edit.ts'

type InjectedObject = {
  readonly edits: readonly SourceEdit[]
  readonly results: readonly Result[]
  /** The record of the object once the edits are made. */
  readonly records: InjectionRecords
}

/**
 * The edits that bring one object in line with its annotations; none where there is nothing to do.
 *
 * @param records of its injections; undefined where it has none.
 * @param marks annotations to remove if the edits move list items that have comments near them.
 */
export function injectObject(
  item: ManifestItem,
  workloads: readonly Workload[],
  records: InjectionRecords | undefined,
  config: InjectConfig,
  marks: readonly string[] = [],
): InjectedObject {
  const next = new Map<string, InjectionRecord>()
  if (records === undefined && workloads.every(({ pod }) => !pod.annotated))
    return { edits: [], results: [], records: next }
  const errors = (diagnostics: readonly Diagnostic[]) => errorsOf(diagnostics, exitCode.input, item.object)
  const edits: SourceEdit[] = []
  const results: Result[] = []
  let movesComments = hasCommentBelow(item.document, item.root)
  for (const workload of workloads) {
    const { key } = workload.template
    const injected = injectPod(workload, records?.get(key), config)
    const subject = key === '' ? '' : `template ${key}`
    results.push(...errors(about(subject, injected.errors)))
    results.push(...errorsOf(about(subject, injected.ofOptions), exitCode.usage, item.object))
    const warnings = errors(about(subject, injected.warnings))
    results.push(...warnings.map((one): Result => ({ ...one, severity: 'warning' })))
    results.push(...annotationResults(injected.ofAnnotations, item.object, workload.template))
    edits.push(...injected.edits)
    if (injected.record) next.set(key, injected.record)
    movesComments ||= injected.movesComments
  }
  const editor = new Editor(item.document)
  if (next.size > 0) writeRecords(editor, item.root, next, records)
  const gone = next.size === 0 && records ? [injectedAnnotation] : []
  const isEdited = edits.length > 0 || editor.hasEdits || gone.length > 0
  if (movesComments && isEdited && hasMore(item, marks)) gone.push(...marks)
  const ofPod = workloads.some(({ template }) => template.path.length === 0)
  removeAnnotations(editor, item.root, gone, records, ofPod)
  const { edits: own, diagnostics } = editor.finish()
  results.push(...errors(about('cannot be injected:', diagnostics)))
  const isRefused = results.some(({ severity }) => severity === 'error')
  return { edits: isRefused ? [] : [...edits, ...own], results, records: next }
}

/** Whether other annotations are left: an edit cannot remove all entries of a map and also add one. */
function hasMore(item: ManifestItem, keys: readonly string[]): boolean {
  return [...annotationsOf(item).keys()].some((key) => !keys.includes(key))
}

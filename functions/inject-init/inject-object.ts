import { injectedAnnotation } from '../../api/annotation-domain.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import { hasCommentBelow } from '../yaml/comments.ts'
import { noteLostAnchor, type Refusals } from '../yaml/edit-target.ts'
import { recordsIn } from '../workload/find-injection.ts'
import type { InjectionRecord, InjectionRecords } from '../workload/injection-record.ts'
import type { Result } from '../krm/result.ts'
import { annotationsOf, type ManifestItem } from '../krm/manifest-item.ts'
import type { Workload } from '../workload/workload.ts'
import type { ListStyle } from '../yaml/stringify.ts'
import type { InjectConfig } from './inject-config.ts'
import { injectWorkload } from './inject-workload.ts'
import { removeAnnotations, writeRecords } from './record-edit.ts'

export type Injected = {
  readonly edits: readonly SourceEdit[]
  readonly results: readonly Result[]
  /** What the object's record says once the edits are made. */
  readonly records: InjectionRecords
}

/**
 * The edits that bring one object in line with its annotations; none where there is nothing to do.
 *
 * @param marks annotations to take out where the edits move list items with comments near them.
 */
export function injectObject(
  item: ManifestItem,
  workloads: readonly Workload[],
  config: InjectConfig,
  marks: readonly string[],
): Injected {
  const { value: records, problem } = recordsIn(item)
  if (problem === undefined) return injectByRecords(item, workloads, records, config, marks)
  return { edits: [], results: [errorOf(item, problem)], records: new Map() }
}

/** Likewise for an object whose records are known. */
export function injectByRecords(
  item: ManifestItem,
  workloads: readonly Workload[],
  records: InjectionRecords | undefined,
  config: InjectConfig,
  marks: readonly string[],
): Injected {
  const next = new Map<string, InjectionRecord>()
  if (records === undefined && workloads.every(({ pod }) => !pod.annotated))
    return { edits: [], results: [], records: next }
  const error = (message: string) => errorOf(item, message)
  const edits: SourceEdit[] = []
  const results: Result[] = []
  let lists: ListStyle | undefined
  let movesComments = hasCommentBelow(item.document, item.root)
  for (const workload of workloads) {
    const { key } = workload.template
    const done = injectWorkload(workload, records?.get(key), config)
    const where = key === '' ? '' : `template ${key} `
    results.push(...done.errors.map((reason) => error(where + reason)))
    results.push(
      ...done.warnings.map((reason): Result => ({ ...error(where + reason), severity: 'warning' })),
    )
    edits.push(...done.edits)
    if (done.record) next.set(key, done.record)
    lists ??= done.lists
    movesComments ||= done.movesComments === true
  }
  const refusals: Refusals = []
  if (next.size > 0) edits.push(...writeRecords(item, next, lists ?? 'compact', refusals))
  const gone = next.size === 0 && records ? [injectedAnnotation] : []
  if (movesComments && edits.length + gone.length > 0 && hasMore(item, marks)) gone.push(...marks)
  edits.push(...removeAnnotations(item, gone, refusals))
  noteLostAnchor(item.document, edits, refusals)
  results.push(...refusals.map((reason) => error(`cannot be injected: ${reason}`)))
  return {
    edits: results.some(({ severity }) => severity === 'error') ? [] : edits,
    results,
    records: next,
  }
}

function errorOf({ object }: ManifestItem, message: string): Result {
  return { severity: 'error', message, object, exit: exitCode.input }
}

/** Whether annotations are left without these: an edit cannot take out all of a map and add to it. */
function hasMore(item: ManifestItem, keys: readonly string[]): boolean {
  return [...annotationsOf(item).keys()].some((key) => !keys.includes(key))
}

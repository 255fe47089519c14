import { injectedAnnotation } from '../../api/annotation-domain.ts'
import type { Checked } from '../../api/checked.ts'
import { exitCode } from '../../api/exit-code.ts'
import { initVariables } from '../../api/init-env.ts'
import type { SourceEdit } from '../apply-edits.ts'
import { hasCommentBelow, hasCommentsNear } from '../comments-near.ts'
import { noteLostAnchor, type Refusals } from '../editable.ts'
import { plainVariable } from '../find-injection.ts'
import { type InjectionRecord, type InjectionRecords, parseRecords } from '../injection-record.ts'
import type { Finding } from '../krm-result.ts'
import { annotationsOf, type ManifestItem } from '../manifest-item.ts'
import type { SourceDocument, SourceNode } from '../source-node.ts'
import type { Workload } from '../workload.ts'
import type { ListStyle } from '../yaml-text.ts'
import { addInjection } from './add-injection.ts'
import type { InjectConfig } from './config.ts'
import { type PartList, podPartsOf } from './pod-parts.ts'
import { removeAnnotations, writeRecords } from './record-edit.ts'
import { removeInjection } from './remove-injection.ts'

export type Injected = {
  readonly edits: readonly SourceEdit[]
  readonly findings: readonly Finding[]
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
  return { edits: [], findings: [errorOf(item, problem)], records: new Map() }
}

export function recordsIn(item: ManifestItem): Checked<InjectionRecords | undefined> {
  const text = annotationsOf(item).get(injectedAnnotation)
  return text === undefined ? { value: undefined } : parseRecords(text)
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
    return { edits: [], findings: [], records: next }
  const error = (message: string) => errorOf(item, message)
  const edits: SourceEdit[] = []
  const findings: Finding[] = []
  let lists: ListStyle | undefined
  let movesComments = hasCommentBelow(item.document, item.root)
  for (const workload of workloads) {
    const { key } = workload.template
    const done = injectWorkload(workload, records?.get(key), config)
    const where = key === '' ? '' : `template ${key} `
    findings.push(...done.errors.map((reason) => error(where + reason)))
    findings.push(
      ...done.warnings.map((reason): Finding => ({ ...error(where + reason), severity: 'warning' })),
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
  findings.push(...refusals.map((reason) => error(`cannot be injected: ${reason}`)))
  return {
    edits: findings.some(({ severity }) => severity === 'error') ? [] : edits,
    findings,
    records: next,
  }
}

function errorOf({ object }: ManifestItem, message: string): Finding {
  return { severity: 'error', message, object, exit: exitCode.input }
}

type Done = {
  readonly edits: readonly SourceEdit[]
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** Absent where nothing of ours is left in the pod. */
  readonly record?: InjectionRecord
  readonly lists?: ListStyle
  readonly movesComments?: boolean
}

function injectWorkload(workload: Workload, record: InjectionRecord | undefined, config: InjectConfig): Done {
  const { pod } = workload
  const nothing = { edits: [], errors: [], warnings: [] }
  if (!pod.annotated && !record) return nothing
  const refusals: Refusals = []
  const parts = podPartsOf(workload, refusals)
  const refused = (reason: string) => `cannot be injected: ${reason}`
  if (!parts || refusals.length > 0) return { ...nothing, errors: refusals.map(refused) }
  const { lists } = parts
  if (pod.annotated) {
    const added = addInjection(pod.settings, parts, config, record)
    const { container, refresher } = added.record
    const names = parts.initContainers.parts.map(({ name }) => name)
    const comes = [container, refresher ?? container].some((name) => !names.includes(name))
    const goes = refresher === undefined && record?.refresher !== undefined
    const movesComments = (comes || goes) && hasComments(parts.document, [parts.initContainers])
    return { ...added, errors: added.errors.map(refused), lists, movesComments }
  }
  if (!record) return nothing
  const container = parts.initContainers.parts.find(({ name }) => name === record.container)
  if (container && !readsDomain(container.node, config)) return { ...nothing, record, lists }
  const { edits, errors } = removeInjection(parts, record)
  const movesComments = hasComments(parts.document, [parts.initContainers, parts.containers, parts.volumes])
  return {
    edits,
    movesComments,
    errors: errors.map((reason) => `the injection cannot be removed: ${reason}`),
    warnings: [],
    lists,
  }
}

/** Under another annotation domain a workload may well be annotated: then it is not ours to judge. */
export function readsDomain(container: SourceNode, { annotationDomain }: InjectConfig): boolean {
  const { env, default: byDefault } = initVariables.annotationDomain
  return (plainVariable(container, env) ?? byDefault) === annotationDomain
}

/** Whether annotations are left without these: an edit cannot take out all of a map and add to it. */
function hasMore(item: ManifestItem, keys: readonly string[]): boolean {
  return [...annotationsOf(item).keys()].some((key) => !keys.includes(key))
}

function hasComments(document: SourceDocument, lists: readonly PartList[]): boolean {
  return lists.some(({ entry, list }) => entry && list && hasCommentsNear(document, entry))
}

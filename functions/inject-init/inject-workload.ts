import { initVariables } from '../../api/init-env.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import { hasCommentsNear } from '../yaml/comments.ts'
import type { Refusals } from '../yaml/edit-target.ts'
import { plainVariable } from '../workload/container-parts.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'
import type { SourceNode } from '../yaml/node.ts'
import type { Workload } from '../workload/workload.ts'
import type { ListStyle } from '../yaml/stringify.ts'
import { addInjection } from './add-injection.ts'
import type { InjectConfig } from './inject-config.ts'
import { type PartList, type EditablePod, editablePodOf } from './editable-pod.ts'
import { removeInjection } from './remove-injection.ts'

export type InjectedWorkload = {
  readonly edits: readonly SourceEdit[]
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** Absent where nothing of ours is left in the pod. */
  readonly record?: InjectionRecord
  readonly lists?: ListStyle
  /** Whether list items with comments near them move. */
  readonly movesComments?: boolean
}

const nothing = { edits: [], errors: [], warnings: [] }

/** The edits that bring one pod template in line with its annotations. @param record absent: nothing in it is ours. */
export function injectWorkload(
  workload: Workload,
  record: InjectionRecord | undefined,
  config: InjectConfig,
): InjectedWorkload {
  const { pod } = workload
  if (!pod.annotated && !record) return nothing
  const refusals: Refusals = []
  const parts = editablePodOf(workload, refusals)
  if (!parts || refusals.length > 0) return { ...nothing, errors: refusals.map(refused) }
  if (pod.annotated) return added(workload, parts, record, config)
  return record ? removed(parts, record, config) : nothing
}

function added(
  { pod: { settings } }: Workload,
  parts: EditablePod,
  record: InjectionRecord | undefined,
  config: InjectConfig,
): InjectedWorkload {
  const done = addInjection(settings, parts, config, record)
  const { container, refresher } = done.record
  const names = parts.initContainers.parts.map(({ name }) => name)
  const comes = [container, refresher ?? container].some((name) => !names.includes(name))
  const goes = refresher === undefined && record?.refresher !== undefined
  const movesComments = (comes || goes) && hasComments(parts, [parts.initContainers])
  return { ...done, errors: done.errors.map(refused), lists: parts.lists, movesComments }
}

function refused(reason: string): string {
  return `cannot be injected: ${reason}`
}

function removed(parts: EditablePod, record: InjectionRecord, config: InjectConfig): InjectedWorkload {
  const { lists, initContainers, containers, volumes } = parts
  const container = initContainers.parts.find(({ name }) => name === record.container)
  if (container && !readsDomain(container.node, config)) return { ...nothing, record, lists }
  const { edits, errors } = removeInjection(parts, record)
  return {
    edits,
    errors: errors.map((reason) => `the injection cannot be removed: ${reason}`),
    warnings: [],
    lists,
    movesComments: hasComments(parts, [initContainers, containers, volumes]),
  }
}

/** Under another annotation domain a workload may well be annotated: then it is not ours to judge. */
export function readsDomain(container: SourceNode, { annotationDomain }: InjectConfig): boolean {
  const { env, default: byDefault } = initVariables.annotationDomain
  return (plainVariable(container, env) ?? byDefault) === annotationDomain
}

function hasComments({ document }: EditablePod, lists: readonly PartList[]): boolean {
  return lists.some(({ entry, list }) => entry && list && hasCommentsNear(document, entry))
}

import type { Refusals } from '../yaml/edit-target.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'
import type { InjectConfig } from './inject-config.ts'
import type { Injection } from './init-container.ts'
import type { Part, EditablePod } from './editable-pod.ts'

/** The injection of one pod under way: what its steps have in common. */
export type PodInjection = {
  readonly parts: EditablePod
  /** What an earlier configuration set, and ours does not, is in it. */
  readonly config: InjectConfig
  /** What is wanted. */
  readonly injection: Injection
  /** Absent: nothing in the pod is ours. */
  readonly record: InjectionRecord | undefined
  readonly recorded: Recorded
  /** Both grow with the steps. */
  readonly errors: Refusals
  readonly warnings: string[]
}

/** The containers that the record names, as they stand now. */
export type Recorded = { readonly container: Part | undefined; readonly refresher: Part | undefined }

export function recordedIn({ initContainers }: EditablePod, record: InjectionRecord | undefined): Recorded {
  const named = (name: string | undefined) =>
    name === undefined ? undefined : initContainers.parts.find((one) => one.name === name)
  return { container: named(record?.container), refresher: named(record?.refresher) }
}

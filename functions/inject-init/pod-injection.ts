import type { Diagnostic } from '../../api/diagnostic.ts'
import type { Editor } from '../yaml/editor.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'
import type { InjectConfig } from './inject-config.ts'
import type { Injection } from './init-container.ts'
import type { Part, EditablePod } from './editable-pod.ts'

/** The injection of one pod: what its steps have in common. */
export type PodInjection = {
  /** Collects the edits and the errors of the steps. */
  readonly editor: Editor
  readonly parts: EditablePod
  /** With what an earlier configuration set explicitly and this one does not. */
  readonly config: InjectConfig
  /** What is wanted. */
  readonly injection: Injection
  /** Absent: nothing in the pod is ours. */
  readonly record: InjectionRecord | undefined
  readonly recorded: Recorded
  /** Grows with the steps. */
  readonly warnings: Diagnostic[]
}

/** The containers that the record names, as they are now. */
export type Recorded = { readonly container: Part | undefined; readonly refresher: Part | undefined }

export function recordedIn({ initContainers }: EditablePod, record: InjectionRecord | undefined): Recorded {
  const named = (name: string | undefined) =>
    name === undefined ? undefined : initContainers.parts.find((one) => one.name === name)
  return { container: named(record?.container), refresher: named(record?.refresher) }
}

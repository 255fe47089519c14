import type { AnnotationDiagnostic, Diagnostic } from '../../../api/diagnostic.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import { emptySource } from '../pod/edit-list.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import type { Injection } from './init-container.ts'
import type { PodNeeds } from '../pod/pod-needs.ts'
import type { Part, PartList, EditablePod } from '../pod/editable-pod.ts'

/** The injection of one pod: what its steps have in common. */
export type PodInjection = {
  /** Collects the edits and the errors of the steps. */
  readonly editor: Editor
  readonly parts: EditablePod
  /** With what an earlier configuration set explicitly and this one does not. */
  readonly config: InjectConfig
  readonly needs: PodNeeds
  /** What is wanted. */
  readonly injection: Injection
  /** Absent: nothing in the pod is ours. */
  readonly record: InjectionRecord | undefined
  readonly recorded: Recorded
  /** Grows with the steps. */
  readonly warnings: Diagnostic[]
  /** Errors of the options that were given, which only some pods meet. */
  readonly ofOptions: readonly Diagnostic[]
  /** Errors and warnings about single declarations; grows with the steps. */
  readonly ofAnnotations: AnnotationDiagnostic[]
  /** As in the record; grows with the steps. */
  readonly empty: Map<string, string>
}

/** The containers that the record names, as they are now. */
export type Recorded = { readonly container: Part | undefined; readonly refresher: Part | undefined }

export function recordedIn({ initContainers }: EditablePod, record: InjectionRecord | undefined): Recorded {
  const named = (name: string | undefined) =>
    name === undefined ? undefined : initContainers.parts.find((one) => one.name === name)
  return { container: named(record?.container), refresher: named(record?.refresher) }
}

/** Notes that a list was there but empty before items are added to it. @param key in the record. */
export function noteEmpty({ editor, empty }: PodInjection, key: string, list: PartList): void {
  const source = emptySource(editor, list)
  if (source !== undefined) empty.set(key, source)
}

/** In the record. */
export function mountsKey(container: string): string {
  return `volumeMounts/${container}`
}

/** In the record. */
export function variablesKey(container: string): string {
  return `env/${container}`
}

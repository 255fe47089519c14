import { about, type AnnotationDiagnostic, type Diagnostic } from '../../../api/diagnostic.ts'
import { initVariables } from '../../../api/settings/init-env.ts'
import type { SourceEdit } from '../../yaml/apply-edits.ts'
import { hasCommentsNear } from '../../yaml/comments.ts'
import { Editor } from '../../yaml/editor.ts'
import { plainVariable } from '../../workload/container-parts.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { SourceDocument, SourceNode } from '../../yaml/node.ts'
import type { Workload } from '../../workload/workload.ts'
import { addInjection } from './add-injection.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { editablePodOf, type PartList } from '../pod/editable-pod.ts'
import { removeInjection } from './remove-injection.ts'

type InjectedPod = {
  readonly edits: readonly SourceEdit[]
  readonly errors: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
  /** Errors of the options. */
  readonly ofOptions: readonly Diagnostic[]
  readonly ofAnnotations: readonly AnnotationDiagnostic[]
  /** Absent where nothing of ours is left in the pod. */
  readonly record?: InjectionRecord
  /** Whether list items with comments near them move. */
  readonly movesComments: boolean
}

const nothing = {
  edits: [],
  errors: [],
  warnings: [],
  ofOptions: [],
  ofAnnotations: [],
  movesComments: false,
}

/** Brings one pod template in line with its annotations. @param record absent: nothing in it is ours. */
export function injectPod(
  workload: Workload,
  record: InjectionRecord | undefined,
  config: InjectConfig,
): InjectedPod {
  const { item, pod } = workload
  if (!pod.annotated && !record) return nothing
  const editor = new Editor(item.document)
  const parts = editablePodOf(editor, workload)
  if (!parts) return { ...nothing, ...finish(editor, 'cannot be injected') }
  const { initContainers, containers, volumes } = parts
  if (pod.annotated) {
    const added = addInjection(editor, parts, pod, config, record)
    const names = initContainers.parts.map(({ name }) => name)
    const { container, refresher } = added.record
    const comes = [container, refresher ?? container].some((name) => !names.includes(name))
    const goes = refresher === undefined && record?.refresher !== undefined
    const movesComments = (comes || goes) && hasComments(item.document, [initContainers])
    const ofOptions = about('cannot be injected:', added.ofOptions)
    return { ...finish(editor, 'cannot be injected'), ...added, ofOptions, movesComments }
  }
  if (!record) return nothing
  const container = initContainers.parts.find(({ name }) => name === record.container)
  if (container && !readsDomain(container.node, config)) return { ...nothing, record }
  removeInjection(editor, parts, record)
  const movesComments = hasComments(item.document, [initContainers, containers, volumes])
  return { ...nothing, ...finish(editor, 'the injection cannot be removed'), movesComments }
}

function finish(editor: Editor, subject: string): Pick<InjectedPod, 'edits' | 'errors'> {
  const { edits, diagnostics } = editor.finish()
  return { edits, errors: about(`${subject}:`, diagnostics) }
}

/** A workload may be annotated in another annotation domain; then its injection belongs to another configuration. */
export function readsDomain(container: SourceNode, { annotationDomain }: InjectConfig): boolean {
  const { env, default: byDefault } = initVariables.annotationDomain
  return (plainVariable(container, env) ?? byDefault) === annotationDomain
}

function hasComments(document: SourceDocument, lists: readonly PartList[]): boolean {
  return lists.some(({ entry, list }) => entry && list && hasCommentsNear(document, entry))
}

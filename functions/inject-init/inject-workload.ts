import { defaultAnnotationDomain, injectedAnnotation } from '../../api/annotation-domain.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { Finding } from '../krm-result.ts'
import { annotationsOf } from '../manifest-item.ts'
import type { SourceEdit } from '../apply-edits.ts'
import type { Workload } from '../workload.ts'
import type { Refusals } from '../editable.ts'
import { addInjection } from './add-injection.ts'
import type { InjectConfig } from './config.ts'
import { envOf } from './effective-config.ts'
import { podPartsOf } from './pod-parts.ts'
import { parseRecord } from '../injection-record.ts'
import { removeInjection } from './remove-injection.ts'

export type Injected = { readonly edits: readonly SourceEdit[]; readonly findings: readonly Finding[] }

/** The edits that bring one workload in line with its annotations; none where there is nothing to do. */
export function injectWorkload(workload: Workload, config: InjectConfig): Injected {
  const { item, pod } = workload
  const recorded = annotationsOf(item).get(injectedAnnotation)
  if (!pod.annotated && recorded === undefined) return { edits: [], findings: [] }
  const error = (message: string): Finding => ({
    severity: 'error',
    message,
    object: item.object,
    exit: exitCode.input,
  })
  const refused = (reason: string) => error(`cannot be injected: ${reason}`)
  const { value: record, problem } = recorded === undefined ? {} : parseRecord(recorded)
  if (problem !== undefined) return { edits: [], findings: [error(problem)] }
  const refusals: Refusals = []
  const parts = podPartsOf(workload, refusals)
  if (!parts || refusals.length > 0) {
    return { edits: [], findings: refusals.map(refused) }
  }
  if (pod.annotated) {
    const { edits, warnings, errors } = addInjection(workload, parts, config, record)
    const warn = (message: string): Finding => ({ ...error(message), severity: 'warning' })
    return { edits, findings: [...errors.map(refused), ...warnings.map(warn)] }
  }
  if (!record) return { edits: [], findings: [] }
  // Under another annotation domain the workload may well be annotated: then it is not ours to judge.
  const container = parts.initContainers.parts.find(({ name }) => name === record.container)
  const domain = (container && envOf(container, 'ANNOTATION_DOMAIN')) ?? defaultAnnotationDomain
  if (container && domain !== config.annotationDomain) return { edits: [], findings: [] }
  const { edits, errors } = removeInjection(workload, parts, record)
  return { edits, findings: errors.map((reason) => error(`the injection cannot be removed: ${reason}`)) }
}

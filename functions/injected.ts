import { injectedAnnotation } from '../api/annotation-domain.ts'
import { exitCode } from '../api/exit-code.ts'
import { parseRecords } from './injection-record.ts'
import type { Finding } from './krm-result.ts'
import { annotationsOf } from './manifest-item.ts'
import { lookUp, lookUpPath, stringOf } from './source-value.ts'
import type { Workload } from './workload.ts'

/** An error for each annotated workload without what its record names; a build without inject-init leaves neither. */
export function uninjectedFindings(workloads: readonly Workload[], remedy = ''): Finding[] {
  const message =
    'is annotated but not injected: run inject-init first (kustomize skips functions silently without ' +
    `--enable-exec)${remedy}`
  return workloads
    .filter((workload) => workload.pod.annotated && !isInjected(workload))
    .map(({ item: { object }, template }) => ({
      severity: 'error',
      message: template.key === '' ? message : `template ${template.key} ${message}`,
      object,
      exit: exitCode.input,
    }))
}

function isInjected({ item, template }: Workload): boolean {
  const text = annotationsOf(item).get(injectedAnnotation)
  const record = text === undefined ? undefined : parseRecords(text).value?.get(template.key)
  if (!record) return false
  const names = (list: string) => {
    const found = lookUpPath(template.node, ['spec', list])
    return found?.type === 'sequence' ? found.items.map((one) => stringOf(lookUp(one, 'name'))) : []
  }
  const volumes = names('volumes')
  return (
    names('initContainers').includes(record.container) && record.volumes.every((one) => volumes.includes(one))
  )
}

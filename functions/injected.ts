import { exitCode } from '../api/exit-code.ts'
import { findInjection, itemsOf, named } from './find-injection.ts'
import type { Finding } from './krm-result.ts'
import { lookUp } from './source-value.ts'
import type { Workload } from './workload.ts'

/** An error for each annotated workload without an init container of ours and its volumes: inject-init did not run. */
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
  const injection = findInjection(item, template)
  if (!injection) return false
  const has = (list: string, name: string) =>
    named(itemsOf(lookUp(template.node, 'spec'), list), name) !== undefined
  return has('initContainers', injection.container) && injection.volumes.every((name) => has('volumes', name))
}

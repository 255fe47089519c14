import { exitCode } from '../../api/exit-code.ts'
import { partNamed } from './container-parts.ts'
import { findInjection } from './find-injection.ts'
import type { Result } from '../krm/result.ts'
import type { Workload } from './workload.ts'

/** The hint for what is annotated and not injected. */
export const runInjectInit =
  'run inject-init first (without --enable-exec kustomize skips functions without a message)'

/**
 * An error for each annotated workload without an init container of ours and its volumes: inject-init did not run.
 *
 * @param otherwise what else may be done.
 */
export function requireInjected(workloads: readonly Workload[], otherwise = ''): Result[] {
  const message = 'is annotated but not injected'
  const hint = runInjectInit + otherwise
  return workloads
    .filter((workload) => workload.pod.annotated && !isInjected(workload))
    .map(({ item: { object }, template }) => ({
      severity: 'error',
      message: template.key === '' ? message : `template ${template.key} ${message}`,
      hint,
      object,
      exit: exitCode.input,
    }))
}

function isInjected({ item, template }: Workload): boolean {
  const injection = findInjection(item, template)
  if (!injection) return false
  const { container, volumes } = injection
  return (
    partNamed(template, 'initContainers', container) !== undefined &&
    volumes.every((name) => partNamed(template, 'volumes', name) !== undefined)
  )
}

import { annotationResults } from './annotation-results.ts'
import type { Result } from '../krm/result.ts'
import type { Workload } from './workload.ts'

/** Of a pod in local mode that a command leaves out. @param consequence the end of the sentence. */
export function warnOfLocal(
  { item: { object }, template, pod: { localMode } }: Workload,
  consequence: string,
): Result[] {
  if (localMode === undefined) return []
  const message = `the pod is in local mode, in which it reads no store: ${consequence}`
  return annotationResults(
    [{ severity: 'warning', code: 'LOCAL_MODE', annotation: localMode, message }],
    object,
    template,
  )
}

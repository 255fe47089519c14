/** The results of `kees verify` and `kees inject --check` about injections. */
import { exitCode } from '../../../api/exit-code.ts'
import type { ObjectReference, Result } from '../../krm/result.ts'
import type { PodTemplate } from '../../workload/pod-template.ts'
import type { FieldDifference } from './diff-injection.ts'

/** An error for each field of one pod, the last one with the hint for all. */
export function resultsOf(fields: readonly FieldDifference[], object: ObjectReference): Result[] {
  return fields.map(({ subject, field, message }, index): Result => {
    const error: Result = { severity: 'error', message, subject, field, object, exit: exitCode.input }
    return index < fields.length - 1 ? error : { ...error, hint: injectAgain }
  })
}

/** An error for a field that makes init another program, whatever configuration it is from. */
export function refusedResult(
  { matters: _matters, ...wrong }: FieldDifference,
  object: ObjectReference,
): Result {
  return { severity: 'error', ...wrong, object, exit: exitCode.input }
}

/** The hint where injecting again would change something. */
export const injectAgain = 'run inject-init again, after the last change'

/** Of an injection into a pod template without declarations. */
export function leftoverResult(
  severity: Result['severity'],
  { key }: PodTemplate,
  object: ObjectReference,
): Result {
  const fact = 'is injected but declares nothing any more'
  const message = key === '' ? fact : `template ${key} ${fact}`
  const hint = 'run inject-init again to remove the injection'
  return { severity, message, hint, object, exit: exitCode.input }
}

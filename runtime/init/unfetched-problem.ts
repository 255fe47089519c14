import type { InitEnv } from '../../api/init-env.ts'
import { formatDuration } from '../../api/duration.ts'
import { type Declared, isDynamic } from '../../api/pod-annotations.ts'
import { exitCodeOf, type Failure } from '../failure.ts'
import { formatRef, type ParameterRef } from '../parameter-store.ts'
import type { Problem } from './report.ts'

/** What to tell of a declared parameter that was not fetched: which, why, and what to do about it. */
export function unfetchedProblem(
  declared: Declared,
  ref: ParameterRef,
  failure: Failure,
  settings: InitEnv,
): Problem {
  const { annotation } = declared
  const { code, detail } = failure
  return {
    exit: exitCodeOf(failure),
    text: `annotation ${annotation}: ${explain(declared, ref, failure, settings)}`,
    fields: { annotation, parameter: formatRef(ref), code, ...(detail === undefined ? {} : { detail }) },
  }
}

function explain(
  declared: Declared,
  ref: ParameterRef,
  { code, message }: Failure,
  settings: InitEnv,
): string {
  const parameter = `parameter ${formatRef(ref)}`
  if (code === 'MISSING' && isDynamic(declared)) {
    const waited = formatDuration(settings.waitTimeout)
    const unmade = `${parameter} does not exist, and the creator did not make it within ${waited}`
    return `${unmade}: see the pod's events and the creator's log, or run kees create`
  }
  if (code === 'MISSING') {
    const advice =
      ref.selector === undefined
        ? `store it with kees put ${ref.name}`
        : 'store it, or correct the version or label in the annotation'
    return `${parameter} does not exist: ${advice}`
  }
  if (code === 'ACCESS_DENIED') {
    const denied = `access is denied to ${parameter}, or to another in the same call`
    return `${denied}: the pod's role needs ssm:GetParameters on it, as in the policy that kees export writes`
  }
  if (code === 'CREDENTIALS_MISSING') return `${parameter}: ${message}: give the pod a role`
  return `${parameter}: ${message}`
}

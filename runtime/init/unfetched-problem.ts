import { formatDuration } from '../../api/duration.ts'
import type { InitEnv } from '../../api/init-env.ts'
import { type Declared, isDynamic } from '../../api/pod-annotations.ts'
import { exitCodeOf, failureFields } from '../failure.ts'
import type { Unfetched } from '../store/fetch-parameters.ts'
import { formatRef } from '../store/parameter-store.ts'
import type { Problem } from './report.ts'

/** What to tell of a declared parameter that was not fetched: which, why, and what to do about it. */
export function unfetchedProblem(declared: Declared, unfetched: Unfetched, settings: InitEnv): Problem {
  const { annotation } = declared
  const parameter = formatRef(unfetched.ref)
  const { why, cause } = explain(declared, unfetched, settings)
  return {
    exit: exitCodeOf(unfetched.failure),
    text: `annotation ${annotation}: ${why}`,
    brief: { cause, what: parameter },
    failure: unfetched.failure,
    fields: {
      annotation,
      parameter,
      ...failureFields(unfetched.failure),
    },
  }
}

/** @returns a sentence about this one, and a shorter one that may be about several. */
function explain(
  declared: Declared,
  { ref, failure, shared }: Unfetched,
  settings: InitEnv,
): { readonly why: string; readonly cause: string } {
  const parameter = `parameter ${formatRef(ref)}`
  const { code, message, deniedBy, role } = failure
  if (code === 'MISSING' && isDynamic(declared)) {
    const waited = formatDuration(settings.waitTimeout)
    const unmade = `${parameter} does not exist, and the creator did not make it within ${waited}`
    return {
      why: `${unmade}: see the pod's events and the creator's log, or run kees create`,
      cause: `not made by the creator within ${waited} (see its log, or run kees create)`,
    }
  }
  if (code === 'MISSING') {
    const advice =
      ref.selector === undefined
        ? `store it with kees put ${ref.name}`
        : 'store it, or correct the version or label in the annotation'
    return {
      why: `${parameter} does not exist: ${advice}`,
      cause: 'not in the store (store each with kees put)',
    }
  }
  const who = role === undefined ? "the pod's role" : `role ${role}`
  if (code === 'ACCESS_DENIED' && deniedBy === 'KMS') {
    const refused = `${parameter}${shared ? ', or another of the same call,' : ''} may be read but not decrypted`
    return {
      why: `${refused}: ${who} needs kms:Decrypt on the key that encrypts it (option kmsKeys of kees export)`,
      cause: `${who} needs kms:Decrypt on the keys of`,
    }
  }
  if (code === 'ACCESS_DENIED') {
    const denied = `access is denied to ${parameter}${shared ? ', or to another of the same call' : ''}`
    return {
      why: `${denied}: ${who} needs ssm:GetParameters on it, as in the policy that kees export writes`,
      cause: `${who} needs ssm:GetParameters on`,
    }
  }
  let cause = message
  if (code === 'CREDENTIALS_MISSING') cause += ': give the pod a role'
  if (code === 'CREDENTIALS_REFUSED') {
    cause += `: see that ${role === undefined ? 'the role' : who} exists and trusts the pod's ServiceAccount or node`
  }
  return { why: `${parameter}: ${cause}`, cause }
}

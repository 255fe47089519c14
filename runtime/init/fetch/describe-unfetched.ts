import type { Diagnostic } from '../../../api/diagnostic.ts'
import { formatDuration } from '../../../api/duration.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import { type Declared, isDynamic } from '../../../api/pod/pod-annotations.ts'
import { exitCodeOf, failureFields } from '../../failure.ts'
import type { Unfetched } from '../../store/fetch-parameters.ts'
import { formatRef, isSecretRef, type ValueRef } from '../../store/parameter-store.ts'
import type { InitDiagnostic } from './report.ts'

/** A declared parameter that was not fetched: which, why, and what to do about it. */
export function describeUnfetched(
  declared: Declared,
  unfetched: Unfetched,
  settings: InitEnv,
): InitDiagnostic {
  const { annotation } = declared
  const parameter = formatRef(unfetched.ref)
  const { message, hint, cause } = explain(declared, unfetched, settings)
  return {
    exit: exitCodeOf(unfetched.failure),
    message: `annotation ${annotation}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    brief: { cause, what: parameter },
    failure: unfetched.failure,
    fields: {
      annotation,
      parameter,
      ...failureFields(unfetched.failure),
    },
  }
}

/** @returns the fact and the hint, and a shorter cause that several may have. */
function explain(
  declared: Declared,
  { ref, failure, shared }: Unfetched,
  settings: InitEnv,
): Diagnostic & { readonly cause: string } {
  const parameter = describeRef(ref)
  const { code, deniedBy, role } = failure
  if (code === 'MISSING' && isDynamic(declared)) {
    const waited = formatDuration(settings.waitTimeout)
    return {
      message: `${parameter} does not exist, and the creator did not create it within ${waited}`,
      hint: "see the pod's events and the creator's log, or run kees create",
      cause: `not created by the creator within ${waited} (see its log, or run kees create)`,
    }
  }
  if (code === 'MISSING') {
    return {
      message: `${parameter} does not exist`,
      hint: hintOfMissing(ref),
      cause: isSecretRef(ref)
        ? 'not in Secrets Manager (check the names)'
        : 'not in the store (store each with kees put)',
    }
  }
  const who = role === undefined ? "the pod's role" : `role ${role}`
  if (code === 'ACCESS_DENIED' && deniedBy === 'KMS') {
    const refused = `${parameter}${shared ? ', or another of the same call,' : ''} may be read but not decrypted`
    return {
      message: refused,
      hint:
        failure.hint ?? `give ${who} kms:Decrypt on the key that encrypts it (option kmsKeys of kees export)`,
      cause: `${who} needs kms:Decrypt on the keys of`,
    }
  }
  if (code === 'ACCESS_DENIED') {
    const denied = `access is denied to ${parameter}${shared ? ', or to another of the same call' : ''}`
    if (failure.hint !== undefined) {
      return { message: denied, hint: failure.hint, cause: `access is denied (${failure.hint})` }
    }
    const otherRole =
      role === undefined ? '' : '; if the pod should have another role, check its ServiceAccount'
    const policy = `as in the policy that kees export writes${otherRole}`
    if (isSecretRef(ref)) {
      // AWS does not reveal whether a secret exists that no statement matches, and a missing one has no ARN to match.
      return {
        message: `${parameter} is missing or not granted`,
        hint: `check that it exists in the account and region of the pod, and give ${who} ${getSecret} on it, ${policy}`,
        cause: `missing, or ${who} needs ${getSecret} on`,
      }
    }
    return {
      message: denied,
      hint: `give ${who} ssm:GetParameters on it, ${policy}`,
      cause: `${who} needs ssm:GetParameters on`,
    }
  }
  const hint =
    failure.hint ??
    (code === 'CREDENTIALS_MISSING'
      ? 'give the pod a role'
      : code === 'CREDENTIALS_REFUSED'
        ? `check that ${role === undefined ? 'the role' : who} exists and trusts the pod's ServiceAccount or node`
        : undefined)
  const message = `${parameter}: ${failure.message}`
  return hint === undefined
    ? { message, cause: failure.message }
    : { message, hint, cause: `${failure.message} (${hint})` }
}

const getSecret = 'secretsmanager:GetSecretValue'

function hintOfMissing(ref: ValueRef): string {
  if (isSecretRef(ref)) {
    const isPinned = ref.label !== undefined || ref.version !== undefined
    return `create it in the account and region of the pod, or correct the storageKey${isPinned ? ', version or label' : ''} in the annotation`
  }
  return ref.selector === undefined
    ? `store it with kees put ${ref.name}`
    : 'store it, or correct the version or label in the annotation'
}

/** As messages name it. */
export function describeRef(ref: ValueRef): string {
  if (!isSecretRef(ref)) return `parameter ${formatRef(ref)}`
  const { name, version, label } = ref
  if (version !== undefined) return `version ${version} of secret ${name}`
  return `secret ${name}${label === undefined ? '' : ` with label ${label}`}`
}

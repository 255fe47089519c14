/** What one role may read, or one workload that has no role: an entry of policies.tf. */
import { createHash } from 'node:crypto'
import { type IamRole, parseIamRole } from '../options/iam-role.ts'
import type { KmsKeys } from '../options/kms-keys.ts'
import { countNames, type GrantedNames } from './granted-names.ts'
import { checkParameterName, checkSecretName } from './policy.ts'
import { splitPolicy } from './split-policy.ts'

export type Grant = GrantedNames & {
  /** The role's name, its whole ARN, or the workload (`Deployment/ns/app`), which is neither. */
  readonly key: string
  readonly policyName: string
  /** Absent for a workload without a role: its policy is not attached to any role. */
  readonly role?: IamRole
  /** The names again, for each policy; none where they are too many. Names are sorted, each once, at least one. */
  readonly parts: readonly GrantedNames[]
}

/** IAM's 128, less 32 for the module's `name_prefix` and 6 for a part's suffix (`-part1`). */
const maxPolicyNameLength = 128 - 32 - 6

/** Kubernetes' own rules: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const workloadKeyPattern =
  /^[A-Za-z][A-Za-z0-9]{0,62}\/([a-z0-9][-a-z0-9]{0,62}\/)?[a-z0-9][-.a-z0-9]{0,252}$/

export function isWorkloadKey(text: string): boolean {
  return workloadKeyPattern.test(text)
}

/** @param key of a workload, when there is no role; then isWorkloadKey has accepted it. */
export function grantOf(
  key: string,
  role: IamRole | undefined,
  parameters: Iterable<string>,
  kmsKeys: KmsKeys = [],
  secrets: Iterable<string> = [],
): Grant {
  const names = { parameters: [...new Set(parameters)].toSorted(), secrets: [...new Set(secrets)].toSorted() }
  const parts = splitPolicy(names, kmsKeys) ?? []
  const grant = { key, policyName: policyNameOf(key, role), ...names, parts }
  return role === undefined ? grant : { ...grant, role }
}

/**
 * A bare role's own name; else a readable piece and a fingerprint, because two ARNs may end in one name. It depends on
 * the key alone, so that no other grant renames a policy.
 */
function policyNameOf(key: string, role: IamRole | undefined): string {
  if (role !== undefined && role.arn === undefined) return role.name
  const readable = role?.name ?? key.replaceAll('/', '-').slice(0, 64)
  return `${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 10)}`
}

/**
 * The last check before Terraform: all text of a grant has passed the rules for names. All of it has
 * when the input was read, so this throws on a bug only.
 */
export function checkGrant(grant: Grant): void {
  const { key, policyName, role, parts } = grant
  const named =
    role === undefined
      ? isWorkloadKey(key)
      : key === (role.arn ?? role.name) && parseIamRole(key).value?.name === role.name
  if (!named) throw new Error("a grant's key is neither its role nor a workload")
  if (!/^[\w+=,.@-]+$/.test(policyName) || policyName.length > maxPolicyNameLength) {
    throw new Error("a grant's policy has a name that IAM refuses")
  }
  if (countNames(grant) === 0) throw new Error('a grant has no parameters and no secrets')
  for (const parameter of grant.parameters) checkParameterName(parameter)
  for (const secret of grant.secrets) checkSecretName(secret)
  for (const kind of ['parameters', 'secrets'] as const) {
    const [whole, spread] = [grant[kind], parts.flatMap((part) => part[kind]).toSorted()]
    if (spread.length !== whole.length || spread.some((name, at) => name !== whole[at])) {
      throw new Error("a grant's parts are not its names")
    }
  }
}

/** What is wrong with all grants together, or with one that is too large, although each role and each parameter is valid. */
import { exitCode } from '../../../api/exit-code.ts'
import { quote } from '../../../api/diagnostic.ts'
import { type Result, nameOf, type ObjectReference } from '../../krm/result.ts'
import type { OptionNaming } from '../../krm/options/options.ts'
import type { Grant } from './grant.ts'
import { describeCount } from './granted-names.ts'
import { maxPolicySize } from './policy.ts'
import { maxParts } from './split-policy.ts'

/** A grant and one of the workloads that it is for, which the messages name. */
export type GrantUse = { readonly grant: Grant; readonly user: ObjectReference }

export function judgeGrants(uses: readonly GrantUse[], nameOption: OptionNaming): Result[] {
  return [
    ...accountResults(uses, nameOption),
    ...nameResults(uses),
    ...pathResults(uses),
    ...uses.flatMap(sizeResults),
  ]
}

/** One output is one account. */
function accountResults(uses: readonly GrantUse[], nameOption: OptionNaming): Result[] {
  const accounts = new Map<string, GrantUse>()
  for (const use of uses) {
    const { role } = use.grant
    if (role?.arn === undefined) continue
    const account = role.partition === 'aws' ? role.account : `${role.account} in ${role.partition}`
    if (!accounts.has(account)) accounts.set(account, use)
  }
  const [, second] = [...accounts.values()]
  if (second === undefined) return []
  const named = [...accounts].map(([account, { user }]) => `${account} (${nameOf(user)})`).join(', ')
  return [
    error(
      second,
      `one output is for one account, but the roles of this input belong to ${named}`,
      `set ${nameOption('account')} to select one`,
    ),
  ]
}

/** IAM ignores the case of names: two that differ only in case are the same role or policy. */
function nameResults(uses: readonly GrantUse[]): Result[] {
  const seen = new Map<string, GrantUse>()
  return uses.flatMap((use) => {
    const name = use.grant.policyName.toLowerCase()
    const other = seen.get(name)
    if (other === undefined) {
      seen.set(name, use)
      return []
    }
    const rival = `${quote(other.grant.key)} (${nameOf(other.user)})`
    const message = `${quote(use.grant.key)} and ${rival} have the same name in IAM, which ignores case`
    return [error(use, `roles ${message}`)]
  })
}

/** The name of a role is unique in an account, whatever its path: one of the two does not exist. */
function pathResults(uses: readonly GrantUse[]): Result[] {
  const seen = new Map<string, GrantUse>()
  return uses.flatMap((use) => {
    const { role } = use.grant
    if (role?.arn === undefined) return []
    const name = `${role.partition} ${role.account} ${role.name}`
    const other = seen.get(name)
    if (other === undefined) {
      seen.set(name, use)
      return []
    }
    const rival = `${quote(other.grant.key)} (${nameOf(other.user)})`
    const message = `roles ${quote(use.grant.key)} and ${rival} have the same name, which is unique in an account, and different paths`
    return [error(use, message, 'correct the ARN of one of them')]
  })
}

function sizeResults(use: GrantUse): Result[] {
  const { role, key, parts } = use.grant
  if (parts.length > 0) return []
  const whose = role === undefined ? 'its' : `role ${quote(key)}: the`
  const message = `${whose} ${describeCount(use.grant)} do not fit into ${maxParts} policies of ${maxPolicySize} characters`
  return [error(use, message, 'split the workload into several that have roles of their own')]
}

function error({ user }: GrantUse, message: string, hint?: string): Result {
  const given = hint === undefined ? {} : { hint }
  return { severity: 'error', message, ...given, object: user, exit: exitCode.input }
}

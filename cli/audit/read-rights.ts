/** The rights of the roles of some grants, from IAM. */
import { partitionOfRegion } from '../../api/aws-partitions.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import type { AwsTarget } from '../../functions/export-iam/grants/policy.ts'
import type { KmsKeys } from '../../functions/export-iam/options/kms-keys.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { readRolePolicies, type RolePolicies } from '../../runtime/account/role-policies.ts'
import { failed, type Failure, failureOf } from '../../runtime/failure.ts'
import { type RoleRights, rightsOf } from './role-rights.ts'

/** Where the caller is: its account and region are those of the parameters. Rejects with a Failure. */
export async function targetOfCaller(account: Account): Promise<AwsTarget> {
  const region = await account.region()
  const caller = await account.caller()
  return { partition: partitionOfRegion(region), region, account: caller.account }
}

type ReadRights = {
  /** By the keys of the grants. */
  readonly rights: ReadonlyMap<string, RoleRights>
  readonly failures: readonly { readonly role: string; readonly failure: Failure }[]
}

/** @param grants those without a known role are left out: see unknownRoles. */
export async function readRights(
  grants: readonly Grant[],
  account: Account,
  target: AwsTarget,
  kmsKeys: KmsKeys,
): Promise<ReadRights> {
  const rights = new Map<string, RoleRights>()
  const failures: ReadRights['failures'][number][] = []
  for (const grant of grants) {
    const { role, key } = grant
    if (role === undefined) continue
    try {
      const policies = await policiesOf(role, account, target)
      rights.set(key, rightsOf(policies, grant, target, kmsKeys))
    } catch (error) {
      const failure = failureOf(error)
      if (failure === undefined) throw error
      failures.push({ role: key, failure })
    }
  }
  return { rights, failures }
}

/** What is said of each workload without a known role: a check that cannot be made is not passed. */
export function unknownRoles(
  grants: readonly Grant[],
): readonly Required<Pick<Diagnostic, 'message' | 'hint'>>[] {
  return grants
    .filter(({ role }) => role === undefined)
    .map(({ key }) => ({
      message: `${key}: not checked: its role is not known`,
      hint: 'add its ServiceAccount to the input, or name its role in option roles of the ExportIAM file (--config)',
    }))
}

/** A role that does not exist allows nothing. */
async function policiesOf(
  role: NonNullable<Grant['role']>,
  { iam }: Account,
  target: AwsTarget,
): Promise<RolePolicies> {
  if (role.account !== undefined && role.account !== target.account) {
    const message = `role ${role.name} is in account ${role.account}, and your credentials are of account ${target.account}`
    throw failed({
      code: 'REFUSED',
      message,
      hint: 'use credentials of that account',
      service: 'IAM',
      host: 'unknown',
    })
  }
  try {
    return await readRolePolicies(iam, role.name)
  } catch (error) {
    if (failureOf(error)?.code !== 'MISSING') throw error
    return noPolicies
  }
}

const noPolicies: RolePolicies = { policies: [], boundary: undefined }

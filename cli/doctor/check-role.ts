/** Whether the roles of pods may read what the pods declare: by their policies in IAM, which few people may read. */
import { exitCode } from '../../api/exit-code.ts'
import { exportRead } from '../../functions/export-iam/export-items.ts'
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import type { ExportConfig } from '../../functions/export-iam/options/config.ts'
import { nameOf } from '../../functions/krm/result.ts'
import type { ReadItem } from '../../functions/workload/workload.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { readRights, targetOfCaller, unknownRoles } from '../audit/read-rights.ts'
import type { Verdict } from '../audit/evaluate-policy.ts'
import { listed } from '../print/print-failures.ts'
import { type Check, checked, error, ofFailure, ok, warning } from './check.ts'

const check = 'role'
const applyModule =
  'apply the Terraform module, and check the boundary of the role: kees audit --applied has the details'

/** @param read the pods or workloads, with their ServiceAccounts. */
export async function checkRoles(
  read: readonly ReadItem[],
  config: ExportConfig,
  account: Account,
): Promise<readonly Check[]> {
  const { grants, results } = exportRead(read, [], { ...config, allowUninjected: true, strict: false })
  const found = [
    ...results
      .filter(({ severity }) => severity === 'error')
      .map(({ message, object, hint = 'correct the role that the message names', exit }) =>
        error(check, object ? `${nameOf(object)}: ${message}` : message, hint, exit),
      ),
    ...unknownRoles(grants).map(({ message, hint }) => warning(check, message, hint)),
  ]
  if (grants.every(({ role }) => role === undefined)) return found
  return [...found, ...(await checkRights(grants, config, account))]
}

function checkRights(
  grants: readonly Grant[],
  { kmsKeys }: ExportConfig,
  account: Account,
): Promise<readonly Check[]> {
  return checked(
    check,
    async () => readRights(grants, account, await targetOfCaller(account), kmsKeys),
    ({ rights, failures }) => [
      ...failures.map(({ role, failure }) =>
        failure.code === 'ACCESS_DENIED' || failure.code === 'REFUSED'
          ? warning(
              check,
              `${role}: not checked: ${failure.message}`,
              failure.hint ?? 'ask for the right to read the policies of roles: docs/security.md, "Rights"',
            )
          : ofFailure(check, { ...failure, message: `${role}: ${failure.message}` }),
      ),
      ...[...rights].flatMap(([role, { verdicts }]) => judgeRole(role, verdicts)),
    ],
  )
}

function judgeRole(role: string, verdicts: ReadonlyMap<string, Verdict>): Check[] {
  const of = (verdict: Verdict) => [...verdicts].filter(([, one]) => one === verdict).map(([name]) => name)
  const [denied, unknown] = [of('denied'), of('unknown')]
  const found = [
    ...(denied.length === 0
      ? []
      : [error(check, `${role} may not read ${listed(denied)}`, applyModule, exitCode.denied)]),
    ...(unknown.length === 0
      ? []
      : [
          warning(
            check,
            `${role} may read ${listed(unknown)} only under conditions that kees cannot evaluate`,
            'check the conditions in its policies',
          ),
        ]),
  ]
  return found.length > 0 ? found : [ok(check, `${role} may read all ${verdicts.size} names`)]
}

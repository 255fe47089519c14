/** Whether the roles of pods may read what the pods declare: by their policies in IAM, which few people may read. */
import { exitCode } from '../../api/exit-code.ts'
import { exportItems } from '../../functions/export-iam/export-items.ts'
import { parseExportConfig } from '../../functions/export-iam/options/config.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import type { WorkloadConfig } from '../../functions/workload/workload-options.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { readRights, targetOfCaller } from '../audit/read-rights.ts'
import type { Verdict } from '../audit/evaluate-policy.ts'
import { listed } from '../print/print-failures.ts'
import { type Check, checked, error, ofFailure, ok, warning } from './check.ts'

const check = 'role'
const hint =
  'apply the Terraform module, and check the boundary of the role: kees audit --applied has the details'

/** @param items the pods or workloads, with their ServiceAccounts. */
export function checkRoles(
  items: readonly ManifestItem[],
  { namespace, annotationDomain, podTemplates }: WorkloadConfig,
  account: Account,
): Promise<readonly Check[]> {
  const { config } = parseExportConfig({ given: [] })
  const own = { ...config, namespace, annotationDomain, podTemplates, allowUninjected: true }
  const { grants } = exportItems(items, own)
  const withRole = grants.filter(({ role }) => role !== undefined)
  if (grants.length > 0 && withRole.length === 0)
    return Promise.resolve([
      ok(check, 'none is declared: the pods use EKS Pod Identity, or the role of the node'),
    ])
  return checked(
    check,
    async () => readRights(withRole, account, await targetOfCaller(account), config.kmsKeys),
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
      : [error(check, `${role} may not read ${listed(denied)}`, hint, exitCode.denied)]),
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

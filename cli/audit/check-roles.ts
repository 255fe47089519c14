/** Whether the roles in AWS may read what their workloads declare: an error for each role that may not, or is not known. */
import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import type { ExportConfig } from '../../functions/export-iam/options/config.ts'
import { errorsOf, judge, type Result } from '../../functions/krm/result.ts'
import { exitCodeOf } from '../../runtime/failure.ts'
import type { Io } from '../flags/command.ts'
import { listed, printFailures } from '../print/print-failures.ts'
import { printResults } from '../print-results.ts'
import { readRights, targetOfCaller, unknownRoles } from './read-rights.ts'
import type { Verdict } from './evaluate-policy.ts'

export async function checkRoles(
  grants: readonly Grant[],
  { kmsKeys, strict }: Pick<ExportConfig, 'kmsKeys' | 'strict'>,
  io: Io,
): Promise<ExitCode> {
  const unknown = printResults(errorsOf(unknownRoles(grants), exitCode.input), io)
  if (grants.every(({ role }) => role === undefined)) return unknown
  const { openAccount } = await import('../../runtime/account/open-account.ts')
  const account = openAccount(io.env, requestTimeout)
  const { rights, failures } = await readRights(grants, account, await targetOfCaller(account), kmsKeys)
  printFailures(
    failures.map(({ role, failure }) => ({ parameters: [`role ${role}`], failure })),
    io,
  )
  const results = [...rights].flatMap(([role, { verdicts }]) => judgeRole(role, verdicts))
  const unread = failures.map(({ failure }) => exitCodeOf(failure))
  return firstToMend([unknown, ...unread, printResults(judge(results, strict), io)])
}

/** In milliseconds; a person waits. */
const requestTimeout = 10_000

function judgeRole(role: string, verdicts: ReadonlyMap<string, Verdict>): Result[] {
  const of = (verdict: Verdict) => [...verdicts].filter(([, one]) => one === verdict).map(([name]) => name)
  const [denied, unknown] = [of('denied'), of('unknown')]
  const lacking = errorsOf(
    denied.length === 0
      ? []
      : [
          {
            message: `role ${role} may not read ${listed(denied)}`,
            hint: 'apply the Terraform module, and check the boundary of the role',
          },
        ],
    exitCode.input,
  )
  const conditional = errorsOf(
    unknown.length === 0
      ? []
      : [
          {
            message: `role ${role} may read ${listed(unknown)} only under conditions that kees cannot evaluate`,
            hint: 'check the conditions in its policies',
          },
        ],
    exitCode.input,
  ).map((one): Result => ({ ...one, severity: 'warning' }))
  return [...lacking, ...conditional]
}

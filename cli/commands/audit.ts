import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { exportRead } from '../../functions/export-iam/export-items.ts'
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import { parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { readPolicies } from '../../functions/export-iam/terraform/read-policies.ts'
import { errorsOf } from '../../functions/krm/result.ts'
import { readItems, readsStore, type ReadItem } from '../../functions/workload/workload.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { exitCodeOf as failureExitCode } from '../../runtime/failure.ts'
import { mayBeMissing, refOf } from '../../runtime/init/fetch/fetch-declared.ts'
import { lookUpParameters, type Standing } from '../../runtime/store/look-up-parameters.ts'
import { formatRef } from '../../runtime/store/parameter-store.ts'
import { type Audited, auditRows } from '../audit/audit-rows.ts'
import { formatAudit } from '../audit/format-audit.ts'
import { keyOf, recordFindings } from '../audit/record-findings.ts'
import { readRights, targetOfCaller } from '../audit/read-rights.ts'
import { usesOf } from '../audit/uses.ts'
import { declarationPlaces } from '../declaration-places.ts'
import { readModule } from '../files/module-files.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { formatFlags, readFormat } from '../flags/format-flag.ts'
import { functionFlags, readFunctionFlags } from '../flags/function-flags.ts'
import { grantingFunction } from '../flags/granting-function.ts'
import { type OpenedStore, openStoreFlag, storeFlags } from '../flags/store-flag.ts'
import { printFailures, type StoreFailure } from '../print/print-failures.ts'
import { printResults, printWarning } from '../print-results.ts'
import { readInput } from '../read-input.ts'
import { manifestFlags } from '../read-manifests.ts'
import { coverageOf, hintNotCovered, notCovered } from '../trail/coverage.ts'
import { readTrail, type Trail, trailFlags } from '../trail/read-trail.ts'

export const auditCommand: Command = {
  name: 'audit',
  usage:
    '-f FILE [--iam DIR] [--applied] [--trail FILE] [--exit-code] [--format table|markdown|json] [OPTION ...]',
  purpose:
    'Compares what workloads declare with what their roles may read, what is stored and what was read: what is missing, too wide or unused.',
  details:
    'It only reads. Without --exit-code, findings do not change the exit code. Policies of a role are evaluated for each name; service control policies, session policies, and policies of endpoints and keys are not seen.',
  examples: [
    ['Compare the manifests with the committed module', 'kees audit -f manifest.yaml --iam terraform/prod'],
    [
      'Compare them with the roles in AWS and with what was read, and fail on a finding',
      'kees audit -f manifest.yaml --applied --trail trail.json --exit-code',
    ],
  ],
  flags: {
    ...manifestFlags,
    iam: { takes: 'DIR', meaning: 'the committed Terraform module' },
    applied: { meaning: 'read the policies of the roles, and their boundaries, from IAM' },
    ...trailFlags,
    'exit-code': { meaning: 'exit with 1 if there is a finding' },
    ...formatFlags,
    ...functionFlags(grantingFunction),
    ...storeFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...flags } = await readFunctionFlags(grantingFunction, parsed)
  const { config, diagnostics } = parseExportConfig(flags)
  const format = readFormat(parsed)
  const { trail, diagnostics: ofTrail } = await readTrail(parsed)
  const opened = await openStoreFlag(parsed, io, 'read')
  const usage = [
    ...flagDiagnostics,
    ...diagnostics,
    ...(format.diagnostics ?? []),
    ...ofTrail,
    ...(opened.diagnostics ?? []),
  ]
  const { manifests, exit } = await readInput(parsed, io, usage)
  if (!manifests || !opened.store) return exit ?? exitCode.usage

  const { read, results: ofReading } = readItems(
    manifests.flatMap(({ items }) => items),
    config,
  )
  const { grants, declaredBy, results } = exportRead(read, ofReading, { ...config, allowUninjected: true })
  const invalid = printResults(results, io, manifests)
  if (invalid !== exitCode.done) return invalid

  const module = await readCommitted(parsed, io)
  if (module.exit !== exitCode.done) return module.exit
  const { openAccount } = await import('../../runtime/account/open-account.ts')
  const account = openAccount(io.env, requestTimeout)
  const { stored, failures } = await lookUp(read, opened)
  const aws = await askAws(parsed, grants, config.kmsKeys, account, trail, io)
  const all = [...failures, ...aws.failures]
  const workloads = read.flatMap((one) => one.workloads)
  printFailures(all, io, 'error', declarationPlaces(workloads, manifests))
  const { applied, uses } = aws
  const rows = auditRows({ grants, declaredBy, module: module.grants, applied, uses, stored })
  io.out(formatAudit(rows, format.value ?? 'table', io.paint))
  const isError = isOn(parsed, 'exit-code')
  recordFindings(rows, isError ? 'error' : 'warning', declarationPlaces(workloads, manifests, keyOf), io)
  const found = isError && rows.some(({ findings }) => findings.length > 0)
  return firstToMend([
    ...all.map(({ failure }) => failureExitCode(failure)),
    found ? exitCode.input : exitCode.done,
  ])
}

/** In milliseconds; a person waits. */
const requestTimeout = 10_000

/** The grants of the module of --iam. */
async function readCommitted(
  parsed: ParsedFlags,
  io: Io,
): Promise<{ readonly grants: readonly Grant[] | undefined; readonly exit: ExitCode }> {
  const folder = valueOf(parsed, 'iam')
  if (folder === undefined) return { grants: undefined, exit: exitCode.done }
  const { files, diagnostics } = await readModule(folder, ['policies.tf'], 'refused')
  const text = files.get('policies.tf')
  const wrong = printResults(errorsOf(diagnostics, exitCode.usage), io)
  if (wrong !== exitCode.done) return { grants: undefined, exit: wrong }
  const policies = text === undefined ? undefined : readPolicies(text)
  if (policies) return { grants: policies.grants, exit: exitCode.done }
  const message = `${folder} has no policies.tf that kees export wrote`
  const hint = 'kees verify --iam shows how it differs'
  return { grants: undefined, exit: printResults(errorsOf([{ message, hint }], exitCode.input), io) }
}

/** Whether each declared name exists. What may be absent in every workload is not missing. */
async function lookUp(read: readonly ReadItem[], { store, secrets }: OpenedStore) {
  const declared = read
    .flatMap(({ workloads }) => workloads)
    .filter(readsStore)
    .flatMap(({ pod }) => pod.declared)
  const standings = await lookUpParameters(store, declared.map(refOf), undefined, secrets)
  const byKey = new Map<string, { standing: Standing | undefined; isNeeded: boolean }[]>()
  for (const one of declared) {
    const ref = refOf(one)
    const key = keyOf(ref)
    const standing = standings.get(formatRef(ref))
    byKey.set(key, [...(byKey.get(key) ?? []), { standing, isNeeded: !mayBeMissing(one) }])
  }
  const stored: Audited['stored'] = (key) => {
    const all = byKey.get(key) ?? []
    if (all.some(({ standing, isNeeded }) => standing === 'missing' && isNeeded)) return 'missing'
    if (all.some(({ standing }) => standing === 'missing')) return 'absent'
    return all.some(({ standing }) => standing !== 'exists') ? 'unknown' : 'exists'
  }
  const failures = [...standings].flatMap(([parameter, standing]): StoreFailure[] =>
    typeof standing === 'string' ? [] : [{ parameters: [parameter], failure: standing }],
  )
  return { stored, failures }
}

/** What needs the account of the caller: the roles, and whose events count. */
async function askAws(
  parsed: ParsedFlags,
  grants: readonly Grant[],
  kmsKeys: Parameters<typeof readRights>[3],
  account: Account,
  trail: Trail,
  io: Io,
): Promise<Pick<Audited, 'applied' | 'uses'> & { readonly failures: readonly StoreFailure[] }> {
  const hasTrail = parsed.values.has('trail')
  if (!isOn(parsed, 'applied') && !hasTrail) return { applied: undefined, uses: undefined, failures: [] }
  const target = await targetOfCaller(account)
  if (hasTrail && !coverageOf(trail.coverage, target))
    printWarning(`${notCovered(trail.coverage, target)}, so every name counts as unused`, io, hintNotCovered)
  const uses = hasTrail ? usesOf(trail.events, target) : undefined
  if (!isOn(parsed, 'applied')) return { applied: undefined, uses, failures: [] }
  const { rights, failures } = await readRights(grants, account, target, kmsKeys)
  const ofRoles = failures.map(({ role, failure }) => ({ parameters: [`role ${role}`], failure }))
  return { applied: rights, uses, failures: ofRoles }
}

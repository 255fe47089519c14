import { type ExitCode, exitCode, firstToMend } from '../../api/exit-code.ts'
import { invalid } from '../../api/parsed.ts'
import { isNotText } from '../../functions/krm/decode-text.ts'
import { errorsOf, exitCodeOf, type Result } from '../../functions/krm/result.ts'
import { warnOfLocal } from '../../functions/workload/warn-of-local.ts'
import { readsStore, type Workload } from '../../functions/workload/workload.ts'
import { exitCodeOf as failureExitCode } from '../../runtime/failure.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import { rateLimitedStore } from '../../runtime/store/rate-limited-store.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { type ImportedRow, importValues, type ImportMode } from '../import/import-values.ts'
import { type NamedValue, parseValues } from '../import/parse-values.ts'
import { parametersOf, planImport } from '../import/plan-import.ts'
import { listed, printFailures } from '../print/print-failures.ts'
import { formatTable } from '../print/table.ts'
import { declarationPlaces, type Places } from '../declaration-places.ts'
import { printResults, printWarning, recordAt } from '../print-results.ts'
import type { Paint } from '../report/paint.ts'
import type { ReportedResult } from '../report/reported-result.ts'
import { manifestFlags } from '../read-manifests.ts'
import { readStoredWorkloads, storedWorkloadFlags } from '../read-stored-workloads.ts'

export const importCommand: Command = {
  name: 'import',
  usage: '-f FILE [--decode] [--dry-run|--check] [--store STORE] [--output table|json] < VALUES',
  purpose:
    'Stores values from standard input: the table of the Java kees, or a JSON object of names and values.',
  details:
    'It stores only what the manifests declare, and never changes a parameter that exists. It can be interrupted and repeated. A value that exists ' +
    'already, and is another one, is an error.',
  examples: [
    [
      'Show what would be stored of the table, as aws dynamodb scan --output json prints it',
      'kees import -f manifest.yaml --decode --dry-run < scan.json',
    ],
    ['Store it', 'kees import -f manifest.yaml --decode < scan.json'],
    [
      'Check afterwards that the store has the same values',
      'kees import -f manifest.yaml --decode --check < scan.json',
    ],
  ],
  flags: {
    ...manifestFlags,
    decode: {
      meaning:
        'decode the values that the Java kees stored in base64: resources, and secrets of type PASSWORD or TEXT, unless a declaration has decode=base64',
    },
    'dry-run': { meaning: 'only show what would be stored' },
    check: {
      meaning:
        'store nothing, and compare: exits with 1 if a stored value differs, with 3 if a parameter does not exist',
    },
    ...storedWorkloadFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const mode: ImportMode = isOn(parsed, 'check') ? 'check' : isOn(parsed, 'dry-run') ? 'dry-run' : 'import'
  const both = isOn(parsed, 'check') && isOn(parsed, 'dry-run')
  const usage = both ? [{ message: 'flags --check and --dry-run exclude each other' }] : []
  const wrongFlags = printResults(errorsOf(usage, exitCode.usage), io)
  const { values, results: ofValues } = await readValues(io)
  const wrongValues = printResults(ofValues, io)
  const taken = async () => invalid('standard input has the values', 'name a file or a folder by -f')
  const read = await readStoredWorkloads(
    parsed,
    { ...io, readStdin: taken },
    mode === 'check' ? 'read' : 'write',
  )
  const wrong = firstToMend([wrongFlags, wrongValues, read.exit])
  if (!read.workloads || wrong !== exitCode.done) return wrong
  const { manifests, opened, output } = read
  const workloads = read.workloads.filter(readsStore)

  const plan = await planImport(workloads, values, isOn(parsed, 'decode'))
  const ofPlan = printResults(plan.results, io, manifests)
  const local = read.workloads.filter((one) => !readsStore(one))
  printResults(
    local.flatMap((one) => notImported(one, plan.undeclared)),
    io,
    manifests,
  )
  const ofLocal = parametersOf(local)
  warn(
    io,
    plan.undeclared.filter((name) => !ofLocal.has(name)),
    'the manifests do not declare what standard input has for',
    'check the storage-prefix',
  )
  warn(
    io,
    plan.absent,
    'standard input has no value for',
    'those of kind DYNAMIC get new values from the creator',
  )
  const { putsPerSecond } = opened
  const rows = await importValues(rateLimitedStore(opened.store, putsPerSecond, clock), plan.units, {
    mode,
    clock,
    announce: (toStore, existing) => announce(io, toStore, existing, putsPerSecond),
    progress: (done, total) => io.progress?.(`${done} of ${total} done`),
  })
  const exit = printOutcome(rows, declarationPlaces(workloads, manifests), io)
  const refused = plan.refused.map((parameter): ImportedRow => ({ parameter, result: 'not stored' }))
  io.out(output.format([...rows, ...refused].map(shown), (some) => tableOf(some, io.paint)))
  return firstToMend([ofPlan, exit])
}

/** In bytes: many times what an account can store. */
const largestInput = 256 * 1024 * 1024

type ReadValues = { readonly values: readonly NamedValue[]; readonly results: readonly Result[] }

async function readValues(io: Io): Promise<ReadValues> {
  const terminal = invalid(
    'the values are read from standard input, which is a terminal',
    'kees import -f FILE < FILE',
  )
  const { value: bytes, diagnostics } =
    (await io.readStdin({ largest: largestInput, isUseless: isNotText })) ?? terminal
  if (diagnostics) return { values: [], results: errorsOf(diagnostics, exitCode.usage) }
  const parsed = parseValues(bytes)
  return { values: parsed.values, results: errorsOf(parsed.diagnostics, exitCode.input) }
}

/** What only pods in local mode declare. */
function notImported(workload: Workload, undeclared: readonly string[]): Result[] {
  const own = parametersOf([workload])
  const names = undeclared.filter((name) => own.has(name))
  if (names.length === 0) return []
  return warnOfLocal(
    workload,
    names.length === 1
      ? `the value of ${listed(names)} is not stored`
      : `the values of ${names.length} parameters are not stored: ${listed(names)}`,
  )
}

function warn(io: Io, names: readonly string[], message: string, hint: string): void {
  if (names.length === 0) return
  const text = `${message} ${names.length === 1 ? '' : `${names.length} parameters: `}${listed(names)}`
  printResults([{ severity: 'warning', message: text, hint, exit: exitCode.input }], io)
}

/** Of an account in a region. https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const standardParameters = 10_000
const longInSeconds = 60

/** What a person wants to know before the first value is stored. */
function announce(io: Io, toStore: number, existing: number, perSecond: number): void {
  if (!Number.isFinite(perSecond)) return
  const seconds = toStore / perSecond
  const results: Result[] = []
  if (seconds >= longInSeconds)
    results.push({
      severity: 'warning',
      message: `storing ${toStore} parameters at ${perSecond} a second takes at least ${Math.floor(seconds / 60)} minutes`,
      hint: 'it can be interrupted and repeated; set PUT_RATE higher if the account allows more, as the higher throughput of Parameter Store does',
      exit: exitCode.input,
    })
  if (toStore + existing >= standardParameters)
    results.push({
      severity: 'warning',
      message: `an account has at most ${standardParameters} standard parameters in a region, and these are ${toStore + existing}`,
      hint: 'Parameter Store makes further ones advanced parameters, which AWS charges for: import into several accounts, or accept that',
      exit: exitCode.input,
    })
  printResults(results, io)
}

function printOutcome(rows: readonly ImportedRow[], placesOf: Places, io: Io): ExitCode {
  const failures = (result: 'failed' | 'not compared') =>
    rows.flatMap((row) =>
      row.result === result && 'failure' in row
        ? [{ parameters: [row.parameter], failure: row.failure }]
        : [],
    )
  const failed = failures('failed')
  printFailures(failed, io, 'error', placesOf)
  const uncompared = failures('not compared')
  if (uncompared.length > 0)
    printWarning('parameters that exist were not compared, because their values may not be read:', io)
  printFailures(uncompared, io, 'warning', placesOf)
  const of = (result: ImportedRow['result']) =>
    rows.filter((row) => row.result === result).map(({ parameter }) => parameter)
  const [differing, missing, heldBack] = [of('differs'), of('missing'), of('not stored')]
  const results = [
    ...about(
      differing,
      'has another value in the store, which was not changed',
      exitCode.input,
      'find out which of both is right; kees put NAME --overwrite replaces a value',
    ),
    ...about(
      heldBack,
      'was not stored: it belongs to a part that was not stored, or has another value',
      exitCode.input,
      'correct that part, and run the command again',
    ),
    ...about(missing, 'does not exist in the store', exitCode.missing, 'run the command without --check'),
  ]
  for (const result of results) {
    io.print(result)
    for (const name of result.parameters ?? [])
      recordAt({ ...result, message: `${name} ${result.fact}`, parameters: [name] }, placesOf(name), io)
  }
  return firstToMend([exitCodeOf(results), ...failed.map(({ failure }) => failureExitCode(failure))])
}

/** For people one result of all parameters, for programs one of each. */
type Outcome = ReportedResult & { readonly fact: string }

function about(names: readonly string[], fact: string, exit: ExitCode, hint: string): Outcome[] {
  if (names.length === 0) return []
  const message =
    names.length === 1
      ? `${listed(names)} ${fact}`
      : `each of ${names.length} parameters ${fact}: ${listed(names)}`
  return [{ severity: 'error', message, hint, parameters: names, exit, fact }]
}

type Row = { readonly parameter: string; readonly result: string }

function shown({ parameter, result }: ImportedRow): Row {
  return { parameter, result }
}

function tableOf(rows: readonly Row[], paint: Paint): string {
  if (rows.length === 0) return 'there is nothing to store\n'
  return formatTable(
    ['parameter', 'result'],
    rows.map(({ parameter, result }) => [parameter, result]),
    paint,
  )
}

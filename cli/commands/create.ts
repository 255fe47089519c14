import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { type Group, groupOf } from '../../api/declaration/group.ts'
import { isDynamic } from '../../api/pod/pod-annotations.ts'
import { warnOfLocal } from '../../functions/workload/warn-of-local.ts'
import { readsStore, type Workload } from '../../functions/workload/workload.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import { rateLimitedStore } from '../../runtime/store/rate-limited-store.ts'
import { createMissing, type GroupResult } from '../../runtime/groups/create-missing.ts'
import { exitCodeOf as failureExitCode } from '../../runtime/failure.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { declarationPlaces } from '../declaration-places.ts'
import { printAt, printResults, printWarning } from '../print-results.ts'
import type { Paint } from '../report/paint.ts'
import type { ReportedResult } from '../report/reported-result.ts'
import { manifestFlags } from '../read-manifests.ts'
import { readStoredWorkloads, storedWorkloadFlags } from '../read-stored-workloads.ts'
import { printFailures, type StoreFailure } from '../print/print-failures.ts'
import { formatTable } from '../print/table.ts'

export const createCommand: Command = {
  name: 'create',
  usage: '-f FILE [--dry-run] [--store STORE] [--output table|json]',
  purpose: 'Creates the DYNAMIC parameters of the manifests that do not exist yet, as the creator does.',
  details: 'Reports stored parts of a pair that do not match, and does not change them.',
  examples: [
    ['Show what would be created', 'kees create -f manifest.yaml --dry-run'],
    ['Create it in a folder, on a laptop without AWS', 'kees create -f manifest.yaml --store file:store'],
  ],
  flags: {
    // Behind -f in --help.
    ...manifestFlags,
    'dry-run': { meaning: 'only show what would be created' },
    ...storedWorkloadFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const read = await readStoredWorkloads(parsed, io, 'write')
  if (!read.workloads || read.exit !== exitCode.done) return read.exit
  const { workloads, opened, output } = read
  const store = rateLimitedStore(opened.store, opened.putsPerSecond, clock)

  const declaring = workloads.filter(({ pod }) => pod.declared.some(isDynamic))
  const local = declaring.filter((one) => !readsStore(one))
  printResults(
    local.flatMap((one) => warnOfLocal(one, 'nothing is created for it')),
    io,
    read.manifests,
  )
  const dynamic = declaring
    .filter(readsStore)
    .flatMap(({ pod }) => pod.declared)
    .filter(isDynamic)
  const groups = dynamic.map(({ declaration, parameter }) => groupOf(declaration, parameter))
  const results = await createMissing(store, groups, {
    dryRun: isOn(parsed, 'dry-run'),
    progress: (done, total) => io.progress?.(`${done} of ${total} done`),
  })
  const placesOf = declarationPlaces(workloads, read.manifests)
  for (const { group, result } of results.flatMap(resultsOf)) {
    const places = group.parts.flatMap(({ parameter }) => placesOf(parameter))
    printAt(result, places, io)
  }
  printFailures(failuresIn(results, 'failed'), io, 'error', placesOf)
  const uncompared = failuresIn(results, 'uncompared')
  if (uncompared.length > 0)
    printWarning('pairs that exist were not compared, because their values may not be read:', io)
  printFailures(uncompared, io, 'warning', placesOf)
  const rows = results.flatMap(rowsOf)
  io.out(output.format(rows, (some) => tableOf(some, local, io.paint)))
  return firstToMend(results.map(exitOf))
}

type Row = {
  readonly parameter: string
  readonly type: Group['type']
  readonly bits: number
  readonly result: string
}

const isComplete: ReadonlySet<GroupResult['outcome']> = new Set([
  'created',
  'exists',
  'would-create',
  'uncompared',
])

function rowsOf({ group: { type, size, parts }, ...result }: GroupResult): Row[] {
  return parts.map(({ parameter }) => {
    const created = result.created.includes(parameter)
    const settled = isComplete.has(result.outcome) ? 'exists' : result.outcome
    const word = result.outcome === 'would-create' ? 'would be created' : 'created'
    return { parameter, type, bits: size, result: created ? word : settled }
  })
}

/** @param local the workloads in local mode that declare something of kind DYNAMIC. */
function tableOf(rows: readonly Row[], local: readonly Workload[], paint: Paint): string {
  if (rows.length === 0)
    return local.length > 0 ? 'there is nothing to create\n' : 'nothing is declared with kind DYNAMIC\n'
  return formatTable(
    ['parameter', 'type', 'bits', 'result'],
    rows.map(({ parameter, type, bits, result }) => [parameter, type, String(bits), result]),
    paint,
  )
}

/** The results for a group whose stored parts do not match or are incomplete. */
function resultsOf({ group, ...result }: GroupResult): { group: Group; result: ReportedResult }[] {
  const parameters = group.parts.map(({ parameter }) => parameter)
  if (result.outcome !== 'incomplete' && result.outcome !== 'mismatched') return []
  const message = `${parameters.join(', ')}: the group ${result.reason}`
  return [{ group, result: { severity: 'error', message, parameters, exit: exitCode.input } }]
}

function failuresIn(results: readonly GroupResult[], outcome: 'failed' | 'uncompared'): StoreFailure[] {
  return results.flatMap((result) => {
    if (result.outcome !== outcome) return []
    return [{ parameters: result.group.parts.map(({ parameter }) => parameter), failure: result.failure }]
  })
}

function exitOf(result: GroupResult): ExitCode {
  if (result.outcome === 'failed') return failureExitCode(result.failure)
  return result.outcome === 'incomplete' || result.outcome === 'mismatched' ? exitCode.input : exitCode.done
}

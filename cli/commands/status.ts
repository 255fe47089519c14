import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { StoredDeclaration } from '../../api/declaration/declaration.ts'
import type { Declared } from '../../api/pod/pod-annotations.ts'
import { exitCodeOf, nameOf, type Result } from '../../functions/krm/result.ts'
import { readsStore, type Workload } from '../../functions/workload/workload.ts'
import { mayBeMissing, refOf } from '../../runtime/init/fetch/fetch-declared.ts'
import { lookUpParameters, type Standing } from '../../runtime/store/look-up-parameters.ts'
import { formatRef, type ParameterReader } from '../../runtime/store/parameter-store.ts'
import { exitOfStanding, type ReasonOfAbsence, reasonOfAbsence } from '../absence.ts'
import { checkDelivery } from '../check-value.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import { fetchOnce, printDiagnostics } from '../fetch-once.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { readStoredWorkloads, storedWorkloadFlags } from '../read-stored-workloads.ts'
import { printFailures } from '../print/print-failures.ts'
import { declarationPlaces, locate, declarationPlace } from '../declaration-places.ts'
import { locateResults } from '../locate-results.ts'
import { printResults } from '../print-results.ts'
import type { Manifest } from '../read-manifests.ts'
import type { Paint } from '../report/paint.ts'
import type { ReportedResult } from '../report/reported-result.ts'
import { formatTable } from '../print/table.ts'

export const statusCommand: Command = {
  name: 'status',
  usage: '-f FILE [--keys] [--output table|json] [--store STORE] [OPTION ...]',
  purpose:
    'Shows which declared parameters exist in the store, without decrypting anything unless --keys is set.',
  details:
    'The input may be manifests or pods. Exits with 3 if a parameter is missing, with 4 if access is denied. What is optional or has a default may be absent.',
  examples: [
    ['Show what a pod waits for', 'kubectl get pod app-0 -o yaml | kees status -f -'],
    ['Print what a manifest needs as JSON', 'kees status -f manifest.yaml -o json'],
    ['Check that the stored JSON has the keys too', 'kees status -f manifest.yaml --keys'],
  ],
  flags: {
    keys: {
      meaning: 'also decrypt the values of declarations with jsonKey, and check that they have the key',
    },
    ...storedWorkloadFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  // Invalid declarations are reported, and the status of the others is shown.
  const read = await readStoredWorkloads(parsed, io, 'read')
  if (!read.workloads) return read.exit
  const { workloads, opened, output, exit } = read

  const declared = workloads.flatMap((workload) => workload.pod.declared.map((one) => ({ workload, ...one })))
  const progress = (done: number, total: number) => io.progress?.(`${done} of ${total} looked up`)
  const stored = declared.filter(({ workload }) => readsStore(workload))
  const standings = await lookUpParameters(opened.store, stored.map(refOf), progress, opened.secrets)
  const failures = [...standings].flatMap(([parameter, standing]) =>
    typeof standing === 'string' ? [] : [{ parameters: [parameter], failure: standing }],
  )
  printFailures(failures, io, 'error', declarationPlaces(workloads, read.manifests))
  const known = declared.map((one) => ({
    ...one,
    standing: readsStore(one.workload) ? standings.get(formatRef(refOf(one))) : undefined,
  }))
  const keys = isOn(parsed, 'keys') ? await checkKeys(known, opened.reader, read.manifests, io) : noKeys
  printResults(keys.results, io, read.manifests)
  printResults(known.flatMap(absentResults), io, read.manifests)
  // The table has them for people.
  for (const one of locateResults(known.flatMap(missingResults), read.manifests)) io.record(one)
  const rows = known.map((one): Row => {
    const row = rowOf(one.workload, one, one.standing)
    return keys.wrong.has(one.declaration) ? { ...row, status: 'wrong' } : row
  })
  io.out(output.format(rows, (some) => tableOf(some, io.paint)))
  return firstToMend([exit, keys.exit, ...known.map((one) => exitOfStanding(one, one.standing))])
}

type Known = Declared & { readonly workload: Workload; readonly standing: Standing | undefined }

type Keys = {
  readonly results: readonly Result[]
  readonly wrong: ReadonlySet<StoredDeclaration>
  readonly exit: ExitCode
}

const noKeys: Keys = { results: [], wrong: new Set(), exit: exitCode.done }

/** Whether the values that exist are such that init could deliver the keys. */
async function checkKeys(
  known: readonly Known[],
  reader: ParameterReader,
  manifests: readonly Manifest[],
  io: Io,
): Promise<Keys> {
  const asked = known.filter(({ declaration, standing }) => hasKey(declaration) && standing === 'exists')
  if (asked.length === 0) return noKeys
  const fetched = await fetchOnce(reader, asked, io)
  const placeAt = (annotation: string) => {
    const one = asked.find((other) => other.annotation === annotation)
    return one && locate(declarationPlace(one.workload, annotation), manifests)
  }
  const unread = printDiagnostics(fetched.diagnostics, placeAt, io)
  const workloads = new Map(asked.map((one) => [one.declaration, one.workload]))
  const results: Result[] = []
  const wrong = new Set<StoredDeclaration>()
  for (const value of fetched.values) {
    const workload = workloads.get(value.declared.declaration)
    if (!workload) continue
    const found = await checkDelivery([value], [], workload)
    if (found.length > 0) wrong.add(value.declared.declaration)
    results.push(...found)
  }
  return { results, wrong, exit: firstToMend([unread, exitCodeOf(results)]) }
}

function hasKey(declaration: StoredDeclaration): boolean {
  return 'jsonKey' in declaration && declaration.jsonKey !== undefined
}

/** Which declaration it is, and what the app gets in its place. */
function absentResults(one: Known): Result[] {
  const reason = reasonOfAbsence(one, one.standing)
  if (reason === undefined) return []
  const instead =
    reason === 'default' ? 'the app gets the default' : 'it is optional, and the app starts without it'
  return [
    {
      severity: 'warning',
      message: `parameter ${formatRef(refOf(one))} does not exist: ${instead}`,
      ...declarationPlace(one.workload, one.annotation),
      exit: exitCode.done,
    },
  ]
}

function missingResults(one: Known): ReportedResult[] {
  if (one.standing !== 'missing' || mayBeMissing(one)) return []
  const parameter = formatRef(refOf(one))
  return [
    {
      severity: 'error',
      message: `parameter ${parameter} does not exist`,
      parameters: [parameter],
      ...declarationPlace(one.workload, one.annotation),
      exit: exitCode.missing,
    },
  ]
}

type Row = {
  readonly workload: string
  /** Of an object with several pod templates. */
  readonly template?: string
  readonly declaration: string
  readonly kind: string
  readonly parameter: string
  /** `absent`: missing, and optional or with a default. `wrong`: it exists, and has not the key. `local`: of a pod in local mode. */
  readonly status: 'local' | 'exists' | 'missing' | 'absent' | 'wrong' | 'denied' | 'unknown'
  /** Of `absent`. */
  readonly reason?: ReasonOfAbsence
}

function rowOf(workload: Workload, declared: Declared, standing: Standing | undefined): Row {
  const { item, template } = workload
  const { annotation, declaration } = declared
  const reason = reasonOfAbsence(declared, standing)
  return {
    workload: nameOf(item.object),
    ...(template.key === '' ? {} : { template: template.key }),
    declaration: annotation,
    kind: declaration.what === 'secret' ? declaration.kind : declaration.what,
    parameter: formatRef(refOf(declared)),
    status: !readsStore(workload) ? 'local' : reason === undefined ? statusOf(standing) : 'absent',
    ...(reason === undefined ? {} : { reason }),
  }
}

function statusOf(standing: Standing | undefined): Row['status'] {
  if (standing === 'exists' || standing === 'missing') return standing
  // Without credentials no request was sent: unknown, not denied.
  return standing?.code === 'ACCESS_DENIED' ? 'denied' : 'unknown'
}

function tableOf(rows: readonly Row[], paint: Paint): string {
  // Compositions are stored nowhere: the values that they are made of have rows of their own.
  if (rows.length === 0) return 'no secret or resource is declared\n'
  return formatTable(
    ['workload', 'declaration', 'kind', 'parameter', 'status'],
    rows.map(({ workload, template, declaration, kind, parameter, status, reason }) => [
      template === undefined ? workload : `${workload} ${template}`,
      declaration,
      kind,
      parameter,
      reason === undefined ? status : `${status} (${reason})`,
    ]),
    paint,
  )
}

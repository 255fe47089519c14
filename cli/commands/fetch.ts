import { resolve } from 'node:path'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { parseFormat, secretsFormats } from '../../api/secrets-format.ts'
import { deliveryOf } from '../../api/pod/delivery.ts'
import { judge, nameOf, type Result } from '../../functions/krm/result.ts'
import { readsStore, readWorkloads } from '../../functions/workload/workload.ts'
import { parseWorkloadConfig, workloadOptions } from '../../functions/workload/workload-options.ts'
import { isQuotedInDotenv } from '../../runtime/init/formats/dotenv.ts'
import { deriveDeclared } from '../../runtime/init/fetch/derive-declared.ts'
import { deliverValues } from '../../runtime/init/fetch/deliver-values.ts'
import type { Delivered } from '../../runtime/init/fetch/delivered.ts'
import type { Pod } from '../../runtime/init/files/fetch-files.ts'
import { outputFiles } from '../../runtime/init/files/output-files.ts'
import type { OutputSettings } from '../../runtime/init/files/output-folders.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import type { ParameterReader } from '../../runtime/store/parameter-store.ts'
import { chooseContainer } from '../choose-container.ts'
import { chooseWorkload } from '../choose-workload.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { readSharedFlags, sharedFlags } from '../flags/function-flags.ts'
import { readInput } from '../read-input.ts'
import { manifestFlags } from '../read-manifests.ts'
import { outputFlags, readOutput } from '../flags/output-flag.ts'
import { declarationPlace, locate, type Place } from '../declaration-places.ts'
import { printAt, printResults, printUsage, printWarning } from '../print-results.ts'
import { openStoreFlag } from '../flags/store-flag.ts'
import { fetchOnce, printDiagnostics, settingsWithoutWaits } from '../fetch-once.ts'
import {
  findSamePaths,
  findSameVariables,
  isAnyWritten,
  pathOf,
  type Paths,
  placeNames,
  placeOf,
  places,
  wantedOf,
} from '../fetch-places.ts'
import { formatTable } from '../print/table.ts'
import { writePrivate } from '../files/write-private.ts'

/** In place of the name of a store: the values of local mode. */
const localStore = 'local:'

export const fetchCommand: Command = {
  name: 'fetch',
  usage:
    '--workload KIND/NAME -f FILE [--out FILE] [--resources-out FILE] [--env-out FILE] [--format FORMAT] [--dry-run] [--output table|json]',
  purpose: 'Writes the files that the init container of a workload would write, readable only by you.',
  details:
    'Use it to run the app on a laptop. It uses your own permissions, not those of the pod. With --store local: it opens no store and writes the values of ' +
    'local mode, which everybody can compute.',
  examples: [
    [
      'Write the secrets of a Deployment',
      'kees fetch --workload Deployment/app -f manifest.yaml --out secrets.properties',
    ],
    [
      'Write them for a shell',
      'kees fetch --workload Deployment/app -f manifest.yaml --format dotenv --out .env',
    ],
    [
      'Write the environment variables of a Deployment',
      'kees fetch --workload Deployment/app -f manifest.yaml --env-out app.env',
    ],
  ],
  flags: {
    workload: { takes: 'KIND/NAME', meaning: 'the workload, or KIND/NAMESPACE/NAME' },
    template: { takes: 'NAME', meaning: 'the pod template, if the workload has several, as a JobSet does' },
    out: {
      takes: 'FILE',
      meaning:
        'the file for the secrets; with --format files, a folder, from which files without a declaration are removed. ' +
        'Declarations with the attribute file get their files beside it',
    },
    'resources-out': { takes: 'FILE', meaning: 'the file or folder for the resources' },
    'env-out': {
      takes: 'FILE',
      meaning:
        "the file for the environment variables, one NAME='value' for each, for a shell: set -a; . FILE",
    },
    'dry-run': { meaning: 'fetch and check the values, and write nothing' },
    container: { takes: 'NAME', meaning: 'with --env-out: only the variables of this container' },
    format: {
      takes: secretsFormats.join('|'),
      meaning: 'the format of the files (default the format of init in the pod)',
    },
    ...outputFlags,
    ...manifestFlags,
    ...sharedFlags(workloadOptions),
    store: {
      takes: 'STORE',
      meaning: `the store: ssm, file:<folder> for the embedded store, or ${localStore} for the values of local mode (default $KEES_STORE, else ssm)`,
    },
  },
  run,
}

type Opened = {
  /** Undefined in local mode. */
  readonly reader?: ParameterReader | undefined
  readonly diagnostics?: readonly Diagnostic[] | undefined
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...options } = await readSharedFlags(workloadOptions, parsed)
  const { config, diagnostics: optionDiagnostics } = parseWorkloadConfig(options)
  const flags = readFlags(parsed)
  const isLocal = valueOf(parsed, 'store') === localStore
  const opened: Opened = isLocal ? {} : await openStoreFlag(parsed, io, 'read')
  const usage = [
    ...flagDiagnostics,
    ...optionDiagnostics,
    ...flags.diagnostics,
    ...(opened.diagnostics ?? []),
  ]
  const input = await readInput(parsed, io, usage)
  const { reader } = opened
  if (!input.manifests || !(reader || isLocal)) return input.exit ?? exitCode.usage

  const { workloads, results: all } = readWorkloads(
    input.manifests.flatMap(({ items }) => items),
    config,
  )
  const chosen = chooseWorkload(workloads, flags.workload, valueOf(parsed, 'template'))
  if (chosen.diagnostics !== undefined) {
    return printUsage(about('flag --workload:', chosen.diagnostics), io)
  }
  const { item, pod, format } = chosen.value
  if (reader && !readsStore(chosen.value)) {
    const message = `${nameOf(item.object)} is in local mode: its values are in no store`
    return printUsage([{ message: `flag --workload: ${message}`, hint: `set --store ${localStore}` }], io)
  }
  const results = judge(all, config.strict).filter(({ object }) => object === item.object)
  const wrong = printResults(results, io, input.manifests)
  if (wrong !== exitCode.done) return wrong

  const container = flags.container === undefined ? undefined : chooseContainer(chosen.value, flags.container)
  if (container?.diagnostics) return printUsage(about('flag --container:', container.diagnostics), io)

  warnOfUnused(pod, flags.paths, io)
  const wanted = wantedOf(pod, flags.paths, container?.value)
  if (flags.container !== undefined && !isAnyWritten(wanted, 'env'))
    printWarning(`container ${quote(flags.container)} gets no environment variables`, io)
  const doubled = [...findSameVariables(wanted), ...findSamePaths(wanted, flags.paths)]
  if (doubled.length > 0) return printUsage(doubled, io)
  const settings = { ...pathsIn(flags.paths), format: flags.format ?? format }
  if (isLocal) printWarning('local mode: everybody can compute these values', io)
  // Nothing is waited for, and a person can end the command.
  const fetched = reader
    ? await fetchOnce(reader, wanted.declared, io)
    : await deriveDeclared(wanted.declared, { deadline: Infinity }, clock)
  const shaped = await deliverValues(fetched.values, wanted.composed, Infinity)
  const delivered = (shaped?.delivered ?? []).filter(({ annotation }) => wanted.isWritten(annotation))
  const output = outputFiles(delivered, settings, ({ name }) => name)
  const diagnostics = [...fetched.diagnostics, ...(shaped?.diagnostics ?? []), ...(output.diagnostics ?? [])]
  const placeAt = (annotation: string) => locate(declarationPlace(chosen.value, annotation), input.manifests)
  if (output.diagnostics || diagnostics.length > 0) return printDiagnostics(diagnostics, placeAt, io)
  const written = isOn(parsed, 'dry-run') ? [] : await writePrivate(output.files)
  for (const reason of written) printWarning(`earlier files could not be removed: ${reason}`, io)
  warnOfAbsent(delivered, placeAt, io)
  if (settings.format === 'dotenv') warnOfQuotes(delivered, placeAt, io)
  io.out(formatFetched(delivered, flags))
  return exitCode.done
}

function warnOfUnused({ declared, composed }: Pod, paths: Paths, io: Io): void {
  const used = new Set([...declared, ...composed].map(({ declaration }) => placeOf(declaration)))
  for (const place of placeNames) {
    const { flag, noun } = places[place]
    const path = paths[place]
    if (used.has(place) && path === undefined)
      printWarning(`the workload declares ${noun}, which are not fetched without ${flag}`, io)
    if (!used.has(place) && path !== undefined)
      printWarning(`the workload declares no ${noun}: ${path} is not changed`, io)
  }
}

type PlaceAt = (annotation: string) => Place

function warnOfAbsent(values: readonly Delivered[], placeAt: PlaceAt, io: Io): void {
  for (const { annotation, value, absent } of values) {
    if (value) continue
    const reason =
      absent === undefined
        ? 'the optional value does not exist and is left out'
        : `is left out because an optional value does not exist: ${absent.join(', ')}`
    printAt(warningOf(annotation, reason), [placeAt(annotation)], io)
  }
}

function warnOfQuotes(values: readonly Delivered[], placeAt: PlaceAt, io: Io): void {
  for (const { annotation, declaration, value } of values) {
    if (deliveryOf(declaration).to !== 'line' || !value?.text || !isQuotedInDotenv(value.text)) continue
    const quoted = 'the value is in quotes, which docker run --env-file takes for a part of it'
    printAt(warningOf(annotation, quoted), [placeAt(annotation)], io)
  }
}

function warningOf(annotation: string, message: string): Result {
  return { severity: 'warning', message: `annotation ${annotation}: ${message}`, exit: exitCode.done }
}

/** Which parameters were written to which files; no values. */
function formatFetched(
  values: readonly Delivered[],
  { paths, output }: Pick<Flags, 'paths' | 'output'>,
): string {
  const rows = values.flatMap(({ annotation, parameter = '', declaration, value }) =>
    value ? [{ declaration: annotation, parameter, file: pathOf(declaration, paths) }] : [],
  )
  return output.format(rows, (some) =>
    formatTable(
      ['declaration', 'parameter', 'file'],
      some.map((row) => [row.declaration, row.parameter, row.file]),
    ),
  )
}

type Flags = ReturnType<typeof readFlags>

function readFlags(parsed: ParsedFlags) {
  const diagnostics: Diagnostic[] = []
  const workload = valueOf(parsed, 'workload')
  if (workload === undefined)
    diagnostics.push({ message: 'flag --workload is missing: KIND/NAME, such as Deployment/app' })
  const paths: Paths = {
    secret: valueOf(parsed, 'out'),
    resource: valueOf(parsed, 'resources-out'),
    env: valueOf(parsed, 'env-out'),
  }
  const given = placeNames.flatMap((place) =>
    paths[place] === undefined ? [] : [{ place, path: paths[place] }],
  )
  if (given.length === 0) {
    const message =
      'flag --out is missing: the file of the secrets (or --resources-out, that of the resources, or --env-out, that of the variables)'
    diagnostics.push({ message })
  }
  if (given.some(({ path }) => path === '-')) {
    const message =
      'values are not printed: flags --out, --resources-out and --env-out take files, and - is not one'
    diagnostics.push({ message })
  }
  for (const [index, { place, path }] of given.entries()) {
    const other = given.slice(0, index).find((one) => resolve(one.path) === resolve(path))
    if (other)
      diagnostics.push({
        message: `flags ${places[other.place].flag} and ${places[place].flag} are the same file`,
      })
  }
  const container = valueOf(parsed, 'container')
  if (container !== undefined && paths.env === undefined)
    diagnostics.push({ message: 'flag --container has no effect without --env-out' })
  const output = readOutput(parsed)
  diagnostics.push(...output.diagnostics)
  const text = valueOf(parsed, 'format')
  const { value: format, diagnostics: ofFormat = [] } = text === undefined ? {} : parseFormat(text)
  diagnostics.push(...about('flag --format', ofFormat))
  return { workload: workload ?? '', paths, container, format, output, diagnostics }
}

/** Where no path is given, nothing is written. */
function pathsIn(paths: Paths): Omit<OutputSettings, 'format'> {
  const { secretsFile, resourcesFile, envFile } = settingsWithoutWaits()
  return {
    secretsFile: paths.secret ?? secretsFile,
    resourcesFile: paths.resource ?? resourcesFile,
    envFile: paths.env ?? envFile,
  }
}

import { resolve } from 'node:path'
import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { decodeInitEnv, type InitEnv } from '../../api/init-env.ts'
import { parseFormat, secretsFormats } from '../../api/secrets-format.ts'
import type { Declared } from '../../api/pod-annotations.ts'
import { initWords, refuseWords } from '../../api/not-yet.ts'
import { errorsOf, judge, resultOf } from '../../functions/krm/result.ts'
import { readWorkloads } from '../../functions/workload/workload.ts'
import { parseWorkloadConfig, workloadOptions } from '../../functions/workload/workload-options.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import { isQuotedInDotenv } from '../../runtime/init/dotenv.ts'
import { type DeclaredValue, fetchDeclared } from '../../runtime/init/fetch-declared.ts'
import { outputFiles } from '../../runtime/init/output-files.ts'
import type { InitDiagnostic } from '../../runtime/init/report.ts'
import { chooseWorkload } from '../choose-workload.ts'
import { type Command, type Io, valueOf } from '../command.ts'
import type { ParsedFlags } from '../flags.ts'
import { readSharedFlags, sharedFlags } from '../function-flags.ts'
import { readInput } from '../read-input.ts'
import { manifestFlags } from '../read-manifests.ts'
import { outputFlags, readOutput } from '../output-flag.ts'
import { printResults, printUsage } from '../print-results.ts'
import { printFailures, type StoreFailure } from '../print-failures.ts'
import { openStoreFlag, storeFlags } from '../store-flag.ts'
import { formatTable } from '../table.ts'
import { writePrivate } from '../files/write-private.ts'

export const fetchCommand: Command = {
  name: 'fetch',
  usage:
    '--workload KIND/NAME -f FILE [--out FILE] [--resources-out FILE] [--format FORMAT] [--output table|json]',
  purpose: 'Writes the files that the init container of a workload would write, readable only by you.',
  details: 'Use it to run the app on a laptop. It uses your own permissions, not those of the pod.',
  examples: [
    [
      'Write the secrets of a Deployment',
      'kees fetch --workload Deployment/app -f manifest.yaml --out secrets.properties',
    ],
    [
      'Write them for a shell',
      'kees fetch --workload Deployment/app -f manifest.yaml --format dotenv --out .env',
    ],
  ],
  flags: {
    workload: { takes: 'KIND/NAME', meaning: 'the workload, or KIND/NAMESPACE/NAME' },
    template: { takes: 'NAME', meaning: 'the pod template, if the workload has several, as a JobSet does' },
    out: {
      takes: 'FILE',
      meaning:
        'the file for the secrets; with --format files, a folder, from which files without a declaration are removed',
    },
    'resources-out': { takes: 'FILE', meaning: 'the file or folder for the resources' },
    format: {
      takes: secretsFormats.join('|'),
      meaning: 'the format of the files (default the format of init in the pod)',
    },
    ...outputFlags,
    ...manifestFlags,
    ...sharedFlags(workloadOptions),
    ...storeFlags,
  },
  run,
}

/** In milliseconds, for all requests together: the command is interactive. */
const deadline = 60_000

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...options } = await readSharedFlags(workloadOptions, parsed)
  const { config, diagnostics: optionDiagnostics } = parseWorkloadConfig(options)
  const flags = readFlags(parsed)
  const opened = await openStoreFlag(parsed, io, 'read')
  const usage = [
    ...flagDiagnostics,
    ...optionDiagnostics,
    ...flags.diagnostics,
    ...(opened.diagnostics ?? []),
  ]
  const input = await readInput(parsed, io, usage)
  if (!input.manifests || !opened.reader) return input.exit ?? exitCode.usage

  const { workloads, results: all } = readWorkloads(
    input.manifests.flatMap(({ items }) => items),
    config,
  )
  const chosen = chooseWorkload(workloads, flags.workload, valueOf(parsed, 'template'))
  if (chosen.diagnostics !== undefined) {
    return printUsage(about('flag --workload:', chosen.diagnostics), io)
  }
  const { item, pod, format } = chosen.value
  const refused = refuseWords(pod, initWords).map((one) => resultOf(one, item.object, []))
  const results = judge([...all, ...refused], config.strict).filter(({ object }) => object === item.object)
  const wrong = printResults(results, io, input.manifests)
  if (wrong !== exitCode.done) return wrong

  const wanted = pod.declared.filter(({ declaration }) => flags.paths[declaration.what] !== undefined)
  for (const [what, flag] of [
    ['secret', '--out'],
    ['resource', '--resources-out'],
  ] as const) {
    const some = pod.declared.some(({ declaration }) => declaration.what === what)
    const path = flags.paths[what]
    if (some && path === undefined)
      io.err(`warning: the workload declares ${what}s, which are not fetched without ${flag}`)
    if (!some && path !== undefined)
      io.err(`warning: the workload declares no ${what}: ${path} is not changed`)
  }
  const settings = settingsOf(flags.paths, flags.format ?? format)
  const { values, diagnostics } = await fetchDeclared(opened.reader, wanted, settings, {
    clock,
    random: Math.random,
    progress: ({ found, open }) =>
      io.progress?.(`${found} fetched, ${open.length} requested again: ${open[0]?.failure.message ?? ''}`),
  })
  if (diagnostics.length > 0) return printAll(diagnostics, io)
  const output = outputFiles(values, settings)
  if (output.diagnostics) return printAll(output.diagnostics, io)
  for (const reason of await writePrivate(output.files))
    io.err(`warning: earlier files could not be removed: ${reason}`)
  if (settings.format === 'dotenv') warnOfQuotes(values, io)
  io.out(formatFetched(wanted, flags))
  return exitCode.done
}

function warnOfQuotes(values: readonly DeclaredValue[], io: Io): void {
  for (const { declared, value } of values) {
    if (!isQuotedInDotenv(value)) continue
    io.err(
      `warning: annotation ${declared.annotation}: the value is in quotes, which docker run --env-file takes for a part of it`,
    )
  }
}

/** Which parameters were written to which files; no values. */
function formatFetched(
  wanted: readonly Declared[],
  { paths, output }: Pick<Flags, 'paths' | 'output'>,
): string {
  const rows = wanted.map(({ annotation, parameter, declaration }) => ({
    declaration: annotation,
    parameter,
    file: paths[declaration.what] ?? '',
  }))
  return output.format(rows, (some) =>
    formatTable(
      ['declaration', 'parameter', 'file'],
      some.map((row) => [row.declaration, row.parameter, row.file]),
    ),
  )
}

type Flags = ReturnType<typeof readFlags>

type Paths = Readonly<Record<'secret' | 'resource', string | undefined>>

function readFlags(parsed: ParsedFlags) {
  const diagnostics: Diagnostic[] = []
  const workload = valueOf(parsed, 'workload')
  if (workload === undefined)
    diagnostics.push({ message: 'flag --workload is missing: KIND/NAME, such as Deployment/app' })
  const paths: Paths = { secret: valueOf(parsed, 'out'), resource: valueOf(parsed, 'resources-out') }
  if (paths.secret === undefined && paths.resource === undefined)
    diagnostics.push({
      message: 'flag --out is missing: the file of the secrets (or --resources-out, that of the resources)',
    })
  if (paths.secret === '-' || paths.resource === '-') {
    diagnostics.push({
      message: 'values are not printed: flags --out and --resources-out take files, and - is not one',
    })
  }
  if (
    paths.secret !== undefined &&
    paths.resource !== undefined &&
    resolve(paths.secret) === resolve(paths.resource)
  )
    diagnostics.push({ message: 'flags --out and --resources-out are the same file' })
  const output = readOutput(parsed)
  diagnostics.push(...output.diagnostics)
  const text = valueOf(parsed, 'format')
  const { value: format, diagnostics: ofFormat = [] } = text === undefined ? {} : parseFormat(text)
  diagnostics.push(...about('flag --format', ofFormat))
  return { workload: workload ?? '', paths, format, output, diagnostics }
}

/** Without retries: the user can run the command again. */
function settingsOf(paths: Paths, format: InitEnv['format']): InitEnv {
  const decoded = decodeInitEnv({ WAIT_TIMEOUT: '0s', REFERENCE_WAIT: '0s', DENIED_WAIT: '0s' })
  if (!decoded.settings) throw new Error('the defaults of init are wrong')
  const { secretsFile, resourcesFile, ...rest } = decoded.settings
  return {
    ...rest,
    deadline,
    format,
    secretsFile: paths.secret ?? secretsFile,
    resourcesFile: paths.resource ?? resourcesFile,
  }
}

function printAll(diagnostics: readonly InitDiagnostic[], io: Io): ExitCode {
  const isOfStore = ({ failure }: InitDiagnostic) => failure !== undefined && failure.code !== 'MISSING'
  const failures = diagnostics.filter(isOfStore).flatMap(({ failure, brief }): StoreFailure[] => {
    return failure && brief ? [{ parameters: [brief.what], failure }] : []
  })
  printFailures(failures, io)
  for (const { fields = {}, exit, ...one } of diagnostics.filter((other) => !isOfStore(other))) {
    const { code, annotation, parameter } = fields
    const missing = {
      message: `annotation ${String(annotation)}: parameter ${String(parameter)} does not exist`,
      hint: 'run kees create for DYNAMIC parameters, kees put for the others',
    }
    printResults(errorsOf([code === 'MISSING' ? missing : one], exit), io)
  }
  return firstToMend(diagnostics.map(({ exit }) => exit))
}

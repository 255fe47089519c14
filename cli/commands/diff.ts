import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Parsed } from '../../api/parsed.ts'
import { type ExportConfig, parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { exportItems } from '../../functions/export-iam/export-items.ts'
import { grantChanges } from '../../functions/export-iam/grants/grant-changes.ts'
import { errorsOf, exitCodeOf, judge } from '../../functions/krm/result.ts'
import { warnOfModules } from '../../functions/export-iam/unpack.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import { formatChanges } from '../print/format-changes.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { formatFlags, readFormat } from '../flags/format-flag.ts'
import {
  functionFlags,
  namingOf,
  readConfigFile,
  readFunctionFlags,
  readOptionFlags,
} from '../flags/function-flags.ts'
import { grantingFunction } from '../flags/granting-function.ts'
import { manifestFlags, type ReadManifests, readNamed, shownPath } from '../read-manifests.ts'
import { printResults } from '../print-results.ts'

export const diffCommand: Command = {
  name: 'diff',
  usage: 'OLD NEW [--exit-code] [--format table|markdown|json] [OPTION ...]',
  purpose:
    'Shows who gains and who loses access to which parameter between two manifests, and through which workloads.',
  details: 'OLD and NEW are files, folders, - for standard input, or /dev/null for nothing.',
  examples: [
    ['Compare two builds', 'kees diff old.yaml manifest.yaml'],
    [
      'Compare two builds whose roles or keys changed',
      'kees diff --old-config old/export-iam.yaml --config export-iam.yaml old.yaml manifest.yaml',
    ],
    [
      'Show in a pull request what it changes',
      'git show main:manifest.yaml | kees diff --format markdown - manifest.yaml',
    ],
  ],
  completes: 'files',
  flags: {
    'exit-code': { meaning: 'exit with 1 if there is a difference' },
    ...formatFlags,
    ...(manifestFlags['recursive'] && { recursive: manifestFlags['recursive'] }),
    'old-config': {
      takes: 'FILE',
      meaning: `the ${grantingFunction.configKind} file of OLD, if its options changed too; it takes precedence over flags. Without it, --config counts for both`,
    },
    ...functionFlags(grantingFunction),
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...flags } = await readFunctionFlags(grantingFunction, parsed)
  const { config, diagnostics: optionDiagnostics } = parseExportConfig(flags)
  const oldConfig = await readOldConfig(parsed, config)
  const usage = [...flagDiagnostics, ...optionDiagnostics, ...(oldConfig.diagnostics ?? [])]
  const { value: format = 'table', diagnostics: ofFormat = [] } = readFormat(parsed)
  usage.push(...ofFormat)
  const [old, now, ...more] = parsed.operands
  if (old === undefined || now === undefined || more.length > 0) {
    usage.push({ message: `two manifests are required, OLD and NEW: ${parsed.operands.length} are given` })
  }
  if (old === '-' && now === '-') usage.push({ message: 'standard input cannot be both OLD and NEW' })

  // Both inputs are read, so that all errors are reported at once.
  const read = old === '-' && now === '-' ? [] : await readAll([old, now], isOn(parsed, 'recursive'), io)
  const unread = read.flatMap((one) => one.results)
  const wrong = printResults([...errorsOf(usage, exitCode.usage), ...unread], io)
  if (wrong !== exitCode.done) return wrong

  const [before = nothing, after = nothing] = read
  // Errors in OLD are not reported, unless they prevent the comparison.
  const lenient = { ...(oldConfig.value ?? config), strict: false, storagePolicy: undefined }
  const then = grantsOf(old ?? '', before, lenient, false)
  const next = grantsOf(now ?? '', after, config, true)
  // In one call, which prints once what is in a file that is both OLD and NEW.
  printResults([...then.shown, ...next.shown], io, [...before.manifests, ...after.manifests])
  const exit = firstToMend([then.exit, next.exit])
  if (exit !== exitCode.done) return exit
  const changes = grantChanges(
    { ...then.granted, kmsKeys: lenient.kmsKeys },
    { ...next.granted, kmsKeys: config.kmsKeys },
  )
  io.out(formatChanges(changes, format, io.paint))
  return isOn(parsed, 'exit-code') && changes.length > 0 ? exitCode.input : exitCode.done
}

/** The flags are of both manifests, but OLD has what its file sets: a flag may be what changed. */
async function readOldConfig(parsed: ParsedFlags, config: ExportConfig): Promise<Parsed<ExportConfig>> {
  const path = valueOf(parsed, 'old-config')
  if (path === undefined) return { value: config }
  const { value: file, diagnostics } = await readConfigFile(path, [grantingFunction.configKind])
  if (diagnostics !== undefined) return { diagnostics }
  const flags = await readOptionFlags(grantingFunction.options, parsed)
  const given = [...flags.given, ...file.given]
  const read = parseExportConfig({
    ...file,
    given,
    nameOption: namingOf(grantingFunction.options, [], [file]),
  })
  return read.diagnostics.length > 0 ? { diagnostics: read.diagnostics } : { value: read.config }
}

function grantsOf(name: string, { manifests }: ReadManifests, config: ExportConfig, warn: boolean) {
  const items = manifests.flatMap((one) => one.items)
  const { results, ...granted } = exportItems(items, {
    ...config,
    format: 'terraform',
    allowUninjected: true,
  })
  const all = [...results, ...judge(warnOfModules(items), config.strict)]
  const shown = all
    .filter(({ severity }) => warn || severity === 'error')
    .map((one) => (one.object ? one : { ...one, file: shownPath(name) }))
  return { granted, shown, exit: exitCodeOf(all) }
}

const nothing: ReadManifests = { manifests: [], results: [] }

async function readAll(
  names: readonly (string | undefined)[],
  recursive: boolean,
  io: Io,
): Promise<ReadManifests[]> {
  return Promise.all(
    names.map(async (name) =>
      name === undefined || name === '/dev/null' ? nothing : readNamed([name], recursive, io),
    ),
  )
}

import { readFile } from 'node:fs/promises'
import { parseYaml, readFunctionConfig } from '../functions/function-config.ts'
import { exportIam } from '../functions/export-iam/export-iam.ts'
import { injectInit } from '../functions/inject-init/inject-init.ts'
import type { KrmFunction } from '../functions/krm-function.ts'
import {
  type GivenOption,
  type GivenOptions,
  isMap,
  nameInConfig,
  type OptionDescription,
  type OptionNaming,
} from '../functions/options.ts'
import type { Value } from '../functions/source-value.ts'
import { flagName, type Flags, givenOptions, optionFlags, type ParsedFlags } from './flags.ts'
import { attempt } from './read-manifests.ts'

type Options = Readonly<Record<string, OptionDescription>>

/** Every option as a flag; the StoragePolicy is the file that the creator and the API server have too. */
function optionsAsFlags({ storagePolicy: _policy, ...options }: Options): Flags {
  const policy = {
    takes: 'FILE',
    meaning: 'the StoragePolicy that DYNAMIC declarations are judged by (default none)',
  }
  return { policy, ...optionFlags(options) }
}

/** Every option of a function as a flag, and `--config` for the file that kustomize and kpt take. */
export function functionFlags({ configKind, options }: KrmFunction): Flags {
  const config = {
    takes: 'FILE',
    meaning: `the ${configKind} file that kustomize or kpt uses; flags win over it`,
  }
  return { config, ...optionsAsFlags(options) }
}

/** What both functions have in common, and `--config` for the file of either. */
export function sharedFlags(options: Options): Flags {
  const config = {
    takes: 'FILE',
    meaning: 'the InjectInit or ExportIAM file that kustomize or kpt uses; flags win over it',
  }
  return { config, ...optionsAsFlags(options) }
}

export type GivenFlags = GivenOptions & {
  readonly problems: readonly string[]
  /** Of the file, where there is one. */
  readonly kind?: string
}

/** The options that were given as flags. */
async function readOptionFlags(
  { storagePolicy: _policy, ...options }: Options,
  { values }: ParsedFlags,
): Promise<GivenFlags> {
  const { given, problems } = givenOptions(options, values)
  const [path] = values.get('policy') ?? []
  if (path === undefined) return { given, problems }
  const read = await readYaml(path)
  if (read.problem !== undefined) return { given, problems: [...problems, read.problem] }
  const policy: GivenOption = { name: 'storagePolicy', value: read.value }
  return { given: [...given, policy], problems }
}

/** The options of a function's file and of the flags; of two values the flag's. */
export async function readFunctionFlags(
  { configKind, options }: KrmFunction,
  parsed: ParsedFlags,
): Promise<GivenFlags> {
  return readFileAndFlags(options, [configKind], parsed)
}

export type GivenSharedFlags = GivenFlags & {
  /** What the file of ExportIAM says besides; the flags win there too. */
  readonly exporting: readonly GivenOption[]
}

/** Likewise for what both functions have in common: their file may be of either kind, and have options besides. */
export async function readSharedFlags(options: Options, parsed: ParsedFlags): Promise<GivenSharedFlags> {
  const kinds = [injectInit.configKind, exportIam.configKind] as const
  const { given, ...rest } = await readFileAndFlags(options, kinds, parsed)
  return {
    ...rest,
    given: given.filter(({ name }) => Object.hasOwn(options, name)),
    exporting: rest.kind === injectInit.configKind ? [] : given,
  }
}

async function readFileAndFlags(
  options: Options,
  kinds: readonly [string, ...string[]],
  parsed: ParsedFlags,
): Promise<GivenFlags> {
  const { given, problems } = await readOptionFlags(options, parsed)
  const [path] = parsed.values.get('config') ?? []
  const flagsOnly = { given, nameOption: namingOf(options, given) }
  if (path === undefined) return { ...flagsOnly, problems }
  const read = await readYaml(path)
  if (read.problem !== undefined) return { ...flagsOnly, problems: [...problems, read.problem] }
  const kind = isMap(read.value) ? read.value['kind'] : undefined
  const config = readFunctionConfig(read.value, kinds.find((one) => one === kind) ?? kinds[0])
  if (config.problem !== undefined)
    return { ...flagsOnly, problems: [...problems, `${path}: ${config.problem}`] }
  return {
    ...config.value,
    given: [...config.value.given, ...given],
    nameOption: namingOf(options, given, { path, given: config.value.given }),
    problems,
    ...(typeof kind === 'string' ? { kind } : {}),
  }
}

/** As the user typed it; what was not given at all, as the user would. */
function namingOf(
  options: Options,
  flags: readonly GivenOption[],
  file?: { readonly path: string; readonly given: readonly GivenOption[] },
): OptionNaming {
  const names = (given: readonly GivenOption[] = []) => new Set(given.map(({ name }) => name))
  const [inFlags, inFile] = [names(flags), names(file?.given)]
  return (name, shown) => {
    if (file && inFile.has(name) && !inFlags.has(name)) return `${file.path}: ${nameInConfig(name, shown)}`
    if (!Object.hasOwn(options, name)) return `${nameInConfig(name, shown)} of --config`
    return `flag --${name === 'storagePolicy' ? 'policy' : flagName(name)}`
  }
}

type ReadYaml =
  | { readonly value: Value; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string }

async function readYaml(path: string): Promise<ReadYaml> {
  let problem = ''
  const text = await attempt(path, readFile(path, 'utf8'), (message) => (problem = message))
  if (text === undefined) return { problem }
  const parsed = parseYaml(text)
  return parsed.problem === undefined ? parsed : { problem: `${path} ${parsed.problem}` }
}

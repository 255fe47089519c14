import { isMap } from '../../api/json.ts'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import type { Parsed } from '../../api/parsed.ts'
import { parseYaml, readFunctionConfig } from '../../functions/krm/function-config.ts'
import { exportIam } from '../../functions/export-iam/export-iam.ts'
import { injectInit } from '../../functions/inject-init/inject-init.ts'
import type { KrmFunction } from '../../functions/krm/krm-function.ts'
import {
  type GivenOption,
  type GivenOptions,
  nameInConfig,
  type OptionDescription,
  type OptionNaming,
} from '../../functions/krm/options/options.ts'
import type { Value } from '../../functions/yaml/value.ts'
import { flagName, type Flags, givenOptions, optionFlags, type ParsedFlags } from './flags.ts'
import { decodeText } from '../../functions/krm/decode-text.ts'
import { readRegular } from '../files/read-regular.ts'

type Options = Readonly<Record<string, OptionDescription>>

/** Every option as a flag; the StoragePolicy is the file that the creator and the API server have too. */
export function optionsAsFlags({ storagePolicy: _policy, ...options }: Options): Flags {
  const policy = {
    takes: 'FILE',
    meaning: 'the StoragePolicy that DYNAMIC declarations are checked against (default none)',
  }
  return { policy, ...optionFlags(options, { namespace: 'n' }) }
}

/** Every option of a function as a flag, and `--config` for the file that kustomize and kpt take. */
export function functionFlags({ configKind, options }: KrmFunction): Flags {
  const config = {
    takes: 'FILE',
    meaning: `the ${configKind} file that kustomize or kpt uses; flags take precedence`,
  }
  return { config, ...optionsAsFlags(options) }
}

/** What both functions have in common, and `--config` for the file of either. */
export function sharedFlags(options: Options): Flags {
  const config = {
    takes: 'FILE',
    meaning: 'the InjectInit or ExportIAM file that kustomize or kpt uses; flags take precedence',
  }
  return { config, ...optionsAsFlags(options) }
}

type GivenFlags = GivenOptions & { readonly diagnostics: readonly Diagnostic[] }

/** The options that were given as flags. */
export async function readOptionFlags(
  { storagePolicy: _policy, ...options }: Options,
  { values }: ParsedFlags,
): Promise<GivenFlags> {
  const { given, diagnostics } = givenOptions(options, values)
  const [path] = values.get('policy') ?? []
  if (path === undefined) return { given, diagnostics }
  const read = await readYaml(path)
  if (read.diagnostics !== undefined) return { given, diagnostics: [...diagnostics, ...read.diagnostics] }
  const policy: GivenOption = { name: 'storagePolicy', value: read.value }
  return { given: [...given, policy], diagnostics }
}

/** The options of a function's file and of the flags; of two values the flag's. */
export async function readFunctionFlags(
  { configKind, options }: KrmFunction,
  parsed: ParsedFlags,
): Promise<GivenFlags> {
  return readFileAndFlags(options, [configKind], parsed)
}

/** Likewise for what both functions have in common: their file may be of either kind, and have options besides. */
export async function readSharedFlags(options: Options, parsed: ParsedFlags): Promise<GivenFlags> {
  const { given, ...rest } = await readFileAndFlags(options, bothKinds, parsed)
  return { ...rest, given: given.filter(({ name }) => Object.hasOwn(options, name)) }
}

/** Of the functions' own files. */
export const bothKinds = [injectInit.configKind, exportIam.configKind] as const

async function readFileAndFlags(options: Options, kinds: Kinds, parsed: ParsedFlags): Promise<GivenFlags> {
  const { given, diagnostics } = await readOptionFlags(options, parsed)
  const flagsOnly = { given, nameOption: namingOf(options, given) }
  const [path] = parsed.values.get('config') ?? []
  if (path === undefined) return { ...flagsOnly, diagnostics }
  const { value: file, diagnostics: ofFile } = await readConfigFile(path, kinds)
  if (ofFile !== undefined) return { ...flagsOnly, diagnostics: [...diagnostics, ...ofFile] }
  const nameOption = namingOf(options, given, [file])
  return { ...file, given: [...file.given, ...given], nameOption, diagnostics }
}

type Kinds = readonly [string, ...string[]]

export type ConfigFile = GivenOptions & { readonly path: string; readonly kind: string }

/** The options in a file of one of these kinds, or in a ConfigMap. */
export async function readConfigFile(path: string, kinds: Kinds): Promise<Parsed<ConfigFile>> {
  const read = await readYaml(path)
  if (read.diagnostics !== undefined) return read
  const named = isMap(read.value) ? read.value['kind'] : undefined
  const kind = typeof named === 'string' ? named : ''
  const config = readFunctionConfig(read.value, kinds.find((one) => one === kind) ?? kinds[0])
  if (config.diagnostics !== undefined) return { diagnostics: about(`${path}:`, config.diagnostics) }
  return { value: { ...config.value, path, kind } }
}

/** The name as the user wrote it; for an option that was not set, the name of its flag. */
export function namingOf(
  options: Options,
  flags: readonly GivenOption[],
  files: readonly ConfigFile[] = [],
): OptionNaming {
  const has = (given: readonly GivenOption[], name: string) => given.some((one) => one.name === name)
  return (name, shown) => {
    const file = files.find(({ given }) => has(given, name))
    if (file && !has(flags, name)) return `${file.path}: ${nameInConfig(name, shown)}`
    if (!Object.hasOwn(options, name)) return `${nameInConfig(name, shown)} of --config`
    return `flag --${name === 'storagePolicy' ? 'policy' : flagName(name)}`
  }
}

async function readYaml(path: string): Promise<Parsed<Value>> {
  const read = await readRegular(path)
  if (read.diagnostics !== undefined) return read
  const text = decodeText(read.value)
  if (text.diagnostics !== undefined) return { diagnostics: about(path, text.diagnostics) }
  const parsed = parseYaml(text.value)
  return parsed.diagnostics === undefined ? parsed : { diagnostics: about(path, parsed.diagnostics) }
}

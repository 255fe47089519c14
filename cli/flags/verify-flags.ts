import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { exportIam } from '../../functions/export-iam/export-iam.ts'
import { injectInit } from '../../functions/inject-init/inject-init.ts'
import { type GivenOption, type GivenOptions, nameInConfig } from '../../functions/krm/options/options.ts'
import { workloadOptions } from '../../functions/workload/workload-options.ts'
import type { Flags, ParsedFlags } from './flags.ts'
import {
  bothKinds,
  type ConfigFile,
  namingOf,
  optionsAsFlags,
  readConfigFile,
  readOptionFlags,
} from './function-flags.ts'

/** The options of inject-init as flags; those of export-iam come from its file alone. */
export const verifyFlags: Flags = {
  config: {
    takes: 'FILE',
    repeatable: true,
    meaning:
      'the InjectInit or ExportIAM file that kustomize or kpt uses, or one of each; flags take precedence. Settings ' +
      'in them must be in the build; other settings may differ',
  },
  ...optionsAsFlags(injectInit.options),
}

/** The options of each function: those of its own file, and the common ones of the other file. */
type GivenToBoth = {
  readonly injecting: GivenOptions
  readonly exporting: GivenOptions
  readonly diagnostics: readonly Diagnostic[]
}

export async function readVerifyFlags(parsed: ParsedFlags): Promise<GivenToBoth> {
  const { options } = injectInit
  const { given, diagnostics: flagDiagnostics } = await readOptionFlags(options, parsed)
  const diagnostics = [...flagDiagnostics]
  const files: ConfigFile[] = []
  for (const path of parsed.values.get('config') ?? []) {
    const { value: file, diagnostics: ofFile } = await readConfigFile(path, bothKinds)
    if (ofFile === undefined) files.push(file)
    else diagnostics.push(...ofFile)
  }
  const [toInject, ...moreToInject] = files.filter(isForInjection)
  const [toExport, ...moreToExport] = files.filter((file) => !isForInjection(file))
  for (const { path } of [...moreToInject, ...moreToExport])
    diagnostics.push({ message: `flag --config names a second file for one function: ${path}` })
  if (toInject && toExport) diagnostics.push(...validateConfig(toInject, toExport, given))
  const nameOption = namingOf(options, given, files)
  const parseYaml = files.find((file) => file.parseYaml)?.parseYaml
  const both = { nameOption, ...(parseYaml ? { parseYaml } : {}) }
  return {
    injecting: { ...both, given: [...shared(toExport?.given), ...(toInject?.given ?? []), ...given] },
    exporting: { ...both, given: [...shared(toInject?.given), ...(toExport?.given ?? []), ...shared(given)] },
    diagnostics,
  }
}

/** Options with different values in the two files are an error, unless a flag sets them. */
function validateConfig(a: ConfigFile, b: ConfigFile, flags: readonly GivenOption[]): Diagnostic[] {
  return shared(a.given).flatMap(({ name, value }) => {
    const other = b.given.find((one) => one.name === name)
    const isDecided = flags.some((one) => one.name === name)
    if (!other || isDecided || isDeepStrictEqual(value, other.value)) return []
    return [{ message: `${nameInConfig(name)} is not the same in ${a.path} and ${b.path}` }]
  })
}

/** The function of a ConfigMap is known only by its options. */
function isForInjection({ kind, given }: ConfigFile): boolean {
  if (kind !== 'ConfigMap') return kind === injectInit.configKind
  const has = (options: object) => given.every(({ name }) => Object.hasOwn(options, name))
  return has(injectInit.options) && !has(exportIam.options)
}

function shared(given: readonly GivenOption[] = []): readonly GivenOption[] {
  return given.filter(({ name }) => Object.hasOwn(workloadOptions, name))
}

import { readFile } from 'node:fs/promises'
import { parseYaml, readFunctionConfig } from '../functions/function-config.ts'
import type { KrmFunction } from '../functions/krm-function.ts'
import type { FunctionConfig } from '../functions/function-config.ts'
import { type Flags, givenOptions, optionFlags, type ParsedFlags } from './flags.ts'
import { attempt } from './read-manifests.ts'

/** Every option of a function as a flag, and `--config` for the file that kustomize and kpt take. */
export function functionFlags({ configKind, options }: KrmFunction): Flags {
  const config = {
    takes: 'FILE',
    meaning: `the ${configKind} file that kustomize or kpt uses; flags win over it`,
  }
  return { config, ...optionFlags(options) }
}

export type FunctionFlags = FunctionConfig & { readonly problems: readonly string[] }

/** The options of the file and of the flags; of two values the flag's. */
export async function readFunctionFlags(
  { configKind, options }: KrmFunction,
  { values }: ParsedFlags,
): Promise<FunctionFlags> {
  const flags = givenOptions(options, values)
  const [path] = values.get('config') ?? []
  if (path === undefined) return flags
  const problems = [...flags.problems]
  const text = await attempt(path, readFile(path, 'utf8'), (message) => problems.push(message))
  if (text === undefined) return { given: flags.given, problems }
  const parsed = parseYaml(text)
  const config = parsed.problem === undefined ? readFunctionConfig(parsed.value, configKind) : parsed
  if (config.problem !== undefined)
    return { given: flags.given, problems: [...problems, `${path}: ${config.problem}`] }
  return { ...config.value, given: [...config.value.given, ...flags.given], problems }
}

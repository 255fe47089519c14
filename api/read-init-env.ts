/** All that init reads of its environment before it opens a store; inject-init judges option `env` by the same. */
import type { Env } from './env.ts'
import { decodeInitEnv, type InitEnv, initVariables, type StoreAddress } from './init-env.ts'
import { type LogLevel, logLevelVariable } from './log-level.ts'
import { quote } from './diagnostic.ts'
import { pathsOverlap } from './paths-overlap.ts'
import { type EnvProblem, storeEnvProblems } from './store-env.ts'

export type ReadInitEnv = {
  readonly logLevel: LogLevel
  /** Absent when any variable is wrong. */
  readonly settings?: InitEnv
  /** Absent when this variable is wrong. */
  readonly store?: StoreAddress
  readonly problems: readonly EnvProblem[]
}

export function readInitEnv(env: Env): ReadInitEnv {
  const decoded = decodeInitEnv(env)
  const settings = 'settings' in decoded ? decoded.settings : undefined
  const problems = [...(decoded.problems ?? [])]
  if (settings) problems.push(...overlaps(settings))
  const level = env[logLevelVariable.env] || logLevelVariable.default
  const { value: logLevel = logLevelVariable.default, problem } = logLevelVariable.parse(level)
  if (problem !== undefined)
    problems.push({ env: logLevelVariable.env, problem: `${quote(level)} ${problem}` })
  const store = initVariables.store.parse(env[initVariables.store.env] || 'ssm').value
  return {
    logLevel,
    ...(settings && problems.length === 0 ? { settings } : {}),
    ...(store ? { store } : {}),
    problems,
  }
}

/** What is wrong with the variables that are given, whatever others a pod may have. */
export function initEnvProblems(env: Env): readonly EnvProblem[] {
  const { store, problems } = readInitEnv(env)
  return store?.kind === 'ssm' ? [...problems, ...storeEnvProblems(env)] : problems
}

/** One inside the other would be written into what the other replaces. */
function overlaps({ secretsFile, resourcesFile, notifyFile }: InitEnv): EnvProblem[] {
  const files = [
    { ...initVariables.secretsFile, path: secretsFile },
    { ...initVariables.resourcesFile, path: resourcesFile },
    { ...initVariables.notifyFile, path: notifyFile },
  ].filter(({ path }) => path !== '')
  return files.flatMap(({ env, path }, index) =>
    files.slice(0, index).flatMap((other): EnvProblem[] => {
      const overlap = pathsOverlap(path, other.path)
      if (overlap === 'same') return [{ env, problem: `is the same file as ${other.env}` }]
      if (overlap === 'none') return []
      return [{ env, problem: `and ${other.env} are one inside the other` }]
    }),
  )
}

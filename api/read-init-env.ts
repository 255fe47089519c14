/** All that init reads of its environment before it opens a store; inject-init judges option `env` by the same code. */
import type { Env } from './env.ts'
import { decodeInitEnv, type InitEnv, initVariables } from './init-env.ts'
import { pathsOverlap } from './paths-overlap.ts'
import type { DecodedSettings } from './setting.ts'
import { type EnvProblem, storeEnvProblems } from './store-env.ts'

export function readInitEnv(env: Env): DecodedSettings<InitEnv> {
  const { valid, settings, problems: wrong } = decodeInitEnv(env)
  const problems = [...wrong, ...overlaps(valid)]
  return { valid, ...(settings && problems.length === 0 ? { settings } : {}), problems }
}

/** What is wrong with the variables that are given, whatever others a pod may have. */
export function initEnvProblems(env: Env): readonly EnvProblem[] {
  const { valid, problems } = readInitEnv(env)
  return valid.store?.kind === 'ssm' ? [...problems, ...storeEnvProblems(env)] : problems
}

/** A file inside another one would be written into what the other replaces. */
function overlaps(settings: Partial<InitEnv>): EnvProblem[] {
  const files = (['secretsFile', 'resourcesFile', 'notifyFile'] as const).flatMap((key) => {
    const path = settings[key] ?? ''
    return path === '' ? [] : [{ env: initVariables[key].env, path }]
  })
  return files.flatMap(({ env, path }, index) =>
    files.slice(0, index).flatMap((other): EnvProblem[] => {
      const overlap = pathsOverlap(path, other.path)
      if (overlap === 'same') return [{ env, problem: `must not be the same file as ${other.env}` }]
      if (overlap === 'none') return []
      return [{ env, problem: `and ${other.env} must not be inside each other` }]
    }),
  )
}

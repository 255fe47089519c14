/** All that init reads of its environment before it opens a store; inject-init judges option `env` by the same code. */
import type { EnvDiagnostic } from '../diagnostic.ts'
import type { Env } from './env.ts'
import { decodeInitEnv, type InitEnv, initVariables } from './init-env.ts'
import { pathsOverlap } from '../paths-overlap.ts'
import type { DecodedSettings } from './setting.ts'
import { validateSecretsEnv, validateStoreEnv } from './store-env.ts'

export function readInitEnv(env: Env): DecodedSettings<InitEnv> {
  const { valid, settings, diagnostics: wrong } = decodeInitEnv(env)
  const diagnostics = [...wrong, ...overlaps(valid)]
  return { valid, ...(settings && diagnostics.length === 0 ? { settings } : {}), diagnostics }
}

/** What is wrong with the given variables. The pod may have others. */
export function validateInitEnv(env: Env): readonly EnvDiagnostic[] {
  const { valid, diagnostics } = readInitEnv(env)
  if (valid.store?.kind !== 'ssm') return diagnostics
  return [...diagnostics, ...validateStoreEnv(env), ...validateSecretsEnv(env)]
}

/** A file inside another one would be written into what the other replaces. */
function overlaps(settings: Partial<InitEnv>): EnvDiagnostic[] {
  const files = (['secretsFile', 'resourcesFile', 'envFile', 'notifyFile'] as const).flatMap((key) => {
    const path = settings[key] ?? ''
    return path === '' ? [] : [{ env: initVariables[key].env, path }]
  })
  return files.flatMap(({ env, path }, index) =>
    files.slice(0, index).flatMap((other): EnvDiagnostic[] => {
      const overlap = pathsOverlap(path, other.path)
      if (overlap === 'same') return [{ env, message: `${env} must not be the same file as ${other.env}` }]
      if (overlap === 'none') return []
      return [{ env, message: `${env} and ${other.env} must not be inside each other` }]
    }),
  )
}

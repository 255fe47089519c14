import { spawnSync } from 'node:child_process'
import { findCommand } from '../tools/installed.ts'

/** In the order of preference: the first two build without a daemon, and to the byte the same again. */
export const engines = ['buildah', 'podman', 'docker'] as const

export type Engine = (typeof engines)[number]

type InstalledEngine = {
  readonly name: Engine
  readonly path: string
  /** The error of `info`: of docker without its daemon, or of podman with the storage of another driver. */
  readonly error?: string
}

/** The engines on the PATH, each with the error of `info`, if it does not work. */
export function installedEngines(env: NodeJS.ProcessEnv): readonly InstalledEngine[] {
  return engines.flatMap((name) => {
    const path = findCommand(name, env['PATH'])
    if (path === undefined) return []
    const { status, stderr, error } = spawnSync(path, ['info'], { env, encoding: 'utf8', timeout: 300_000 })
    if (status === 0) return [{ name, path }]
    return [{ name, path, error: error?.message ?? (stderr.trim() || `exit code ${status}`) }]
  })
}

export function workingEngines(env: NodeJS.ProcessEnv): readonly Engine[] {
  return installedEngines(env)
    .filter(({ error }) => error === undefined)
    .map(({ name }) => name)
}

/**
 * The engine that runs containers; undefined where none is installed. Throws where some are and none of them works: a test
 * must not be skipped for that.
 */
export function containerRuntime(installed: readonly InstalledEngine[]): 'podman' | 'docker' | undefined {
  const runtimes = (['podman', 'docker'] as const).flatMap((name) => {
    const engine = installed.find((one) => one.name === name)
    return engine === undefined ? [] : [{ ...engine, name }]
  })
  const working = runtimes.find(({ error }) => error === undefined)
  if (working !== undefined || runtimes.length === 0) return working?.name
  const errors = runtimes.map(({ path, error }) => `${path} info: ${error}`)
  throw new Error(`a container engine is installed and does not work: ${errors.join('; ')}`)
}

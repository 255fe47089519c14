import { spawnSync } from 'node:child_process'
import { findCommand } from '../installed.ts'

/** In the order of preference: the first two build without a daemon, and to the byte the same again. */
export const engines = ['buildah', 'podman', 'docker'] as const

export type Engine = (typeof engines)[number]

/** The ones that answer: a docker without its daemon is none. */
export function workingEngines(env: NodeJS.ProcessEnv): readonly Engine[] {
  return engines.filter((name) => {
    const path = findCommand(name, env['PATH'])
    if (path === undefined) return false
    return spawnSync(path, ['info'], { env, stdio: 'ignore', timeout: 60_000 }).status === 0
  })
}

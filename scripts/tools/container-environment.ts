import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The environment in which tests find a container engine: this one, with what `.ci/container-engine` adds, if anything. */
export function containerEnvironment(): NodeJS.ProcessEnv {
  const script = join(import.meta.dirname, '../..', '.ci', 'container-engine')
  const shell = 'exports=$("$0") && eval "$exports" && env -0'
  const { stdout, stderr, status } = spawnSync('bash', ['-c', shell, script], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`)
  return Object.fromEntries(
    stdout.split('\0').flatMap((line) => {
      const [, name, value] = /^([^=]+)=([^]*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value]]
    }),
  )
}

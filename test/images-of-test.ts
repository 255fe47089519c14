/** Images of the present sources, for one test file. */
import { spawnSync } from 'node:child_process'
import { root } from '../scripts/bundle.ts'
import type { Target } from '../scripts/images/image-programs.ts'
import { baseImage, containerEnv, engine } from './container-engine.ts'
import { untapped } from './untapped.ts'

export type TestImages = {
  /** With the tag that other tools find it by. */
  readonly nameOf: (target: Target) => string
  readonly prefix: string
  readonly tag: string
  /** Takes the images away, and leaves the layers that others have too. */
  readonly remove: () => void
}

/** @param only such as `inject-init,init`. @param flags more of `npm run images`. */
export function buildImages(
  only: readonly Target[],
  flags: readonly string[] = [],
  registry = 'localhost',
): TestImages {
  const prefix = `${registry}/kees-test-${process.pid}/kees-`
  const tag = `t${Date.now()}`
  const args = ['scripts/images.ts', `--prefix=${prefix}`, `--tag=${tag}`, `--only=${only.join()}`, ...flags]
  if (baseImage !== undefined) args.push(`--base=${baseImage}`)
  const { status, stdout, stderr } = spawnSync(...untapped(process.execPath, args), {
    cwd: root,
    env: containerEnv,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm run images: ${stderr}`)
  const made = stdout.trim().split('\n')
  return {
    prefix,
    tag,
    nameOf: (target) => `${prefix}${target}:${tag}`,
    remove: () => {
      engine(['rmi', '--force', ...made])
    },
  }
}

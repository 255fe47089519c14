/** Images of the present sources, for one test file. */
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../scripts/bundle.ts'
import { withDirectoryLock } from '../scripts/directory-lock.mjs'
import type { Target } from '../scripts/images/image-programs.ts'
import { baseImage, containerEnv, engineMeanwhile } from './container-engine.ts'
import { untapped } from './untapped.ts'

export type TestImages = {
  /** With the tag that other tools find it by. */
  readonly nameOf: (target: Target) => string
  readonly prefix: string
  readonly tag: string
  /** Takes the images away, and leaves the layers that others have too. */
  readonly remove: () => Promise<void>
}

/** @param only such as `inject-init,init`. @param flags more of `npm run images`. @param registry the names begin with it. */
export async function buildImages(
  only: readonly Target[],
  flags: readonly string[] = [],
  registry = 'localhost',
): Promise<TestImages> {
  const prefix = `${registry}/kees-test-${process.pid}/kees-`
  const tag = `t${Date.now()}`
  const args = ['scripts/images.ts', `--prefix=${prefix}`, `--tag=${tag}`, `--only=${only.join()}`, ...flags]
  if (baseImage !== undefined) args.push(`--base=${baseImage}`)
  const [command, all] = untapped(process.execPath, args)
  const { stdout } = await byTurns(() => promisify(execFile)(command, all, { cwd: root, env: containerEnv }))
  const made = stdout.trim().split('\n')
  return {
    nameOf: (target) => `${prefix}${target}:${tag}`,
    prefix,
    tag,
    remove: () => byTurns(async () => void (await engineMeanwhile(['rmi', '--force', ...made]))),
  }
}

/** A layer that one build found, and is about to build on, must not go away with the images of another test. */
function byTurns<T>(work: () => Promise<T>): Promise<T> {
  return withDirectoryLock(join(tmpdir(), 'kees-test-images.lock'), () => {}, work)
}

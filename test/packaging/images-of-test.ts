/** Images of the present sources, for one test file. */
import { execFile } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { root } from '../../scripts/bundle.ts'
import type { Target } from '../../scripts/images/image-programs.ts'
import { platformOf, platforms } from '../../scripts/images/platform.ts'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { baseImage, containerEnv, engineMeanwhile } from './container-engine.ts'
import { untapped } from '../programs/untapped.ts'

type TestImages = {
  /** With the tag that other tools find it by. */
  readonly nameOf: (target: Target) => string
  readonly prefix: string
  readonly tag: string
  /** Takes the images away, and leaves the layers that others have too. */
  readonly remove: () => Promise<void>
}

type Options = {
  /** For all platforms, not only for this machine's. */
  readonly everywhere?: true
  /** What the names begin with. */
  readonly registry?: string
  /** More of `npm run images`. */
  readonly flags?: readonly string[]
}

/** @param only such as `inject-init,init`. */
export async function buildImages(
  only: readonly Target[],
  { everywhere, registry = 'localhost', flags = [] }: Options = {},
): Promise<TestImages> {
  const wanted = platforms.filter((one) => everywhere || one === platformOf(process.arch))
  const platform = `--platform=${wanted.map(({ name }) => name).join()}`
  const prefix = `${registry}/kees-test-${process.pid}/kees-`
  const tag = `t${Date.now()}`
  const args = [
    'scripts/images.ts',
    `--prefix=${prefix}`,
    `--tag=${tag}`,
    `--only=${only.join()}`,
    platform,
    ...flags,
  ]
  if (baseImage !== undefined) args.push(`--base=${baseImage}`)
  const [command, all] = untapped(process.execPath, args)
  const { stdout } = await inImageTurn(() =>
    promisify(execFile)(command, all, { cwd: root, env: containerEnv }),
  )
  const made = stdout.trim().split('\n')
  return {
    nameOf: (target) => `${prefix}${target}:${tag}`,
    prefix,
    tag,
    remove: async () => {
      const list = process.env['KEES_TEST_IMAGES'] ?? ''
      // In a run of many tests another may read an image that shares these layers: scripts/test.ts removes all at its end.
      if (list !== '') appendFileSync(list, `${made.join('\n')}\n`)
      else await inImageTurn(() => engineMeanwhile(['rmi', '--force', ...made]))
    },
  }
}

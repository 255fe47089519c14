/** Images of the present sources, or of earlier ones, for one test file. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root } from '../../scripts/bundle.ts'
import type { Target } from '../../scripts/images/image-programs.ts'
import { type Platform, platformOf, platforms } from '../../scripts/images/platform.ts'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import {
  imagePrefix,
  imagesIn,
  listArguments,
  runVariable,
  unneededImages,
} from '../../scripts/tests/test-images.ts'
import { baseImage, containerEnv, engineMeanwhile } from './container-engine.ts'
import { commandPatience } from '../programs/not-ended.ts'
import { untapped } from '../programs/untapped.ts'

export type TestImages = {
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
  /** A folder with other sources. */
  readonly sources?: string
  /** How long a build may take, in milliseconds. */
  readonly patience?: number
}

/** In a run of many tests, what another has built is not built again. @param only such as `inject-init,init`. */
export async function buildImages(
  only: readonly Target[],
  {
    everywhere,
    registry = 'localhost',
    flags = [],
    sources = root,
    patience = commandPatience,
  }: Options = {},
): Promise<TestImages> {
  const wanted = platforms.filter((one) => everywhere || one === platformOf(process.arch))
  const run = process.env[runVariable]
  const prefix = imagePrefix(registry, Number(run ?? process.pid))
  const isShared = run !== undefined && flags.length === 0 && sources === root
  const tag = isShared ? 'shared' : `t${process.pid}-${Date.now()}`
  const nameOf = (target: Target) => `${prefix}${target}:${tag}`
  const made: string[] = []
  await inImageTurn(async () => {
    const list = async () => (await engineMeanwhile(listArguments)).stdout
    const left = unneededImages(await list())
    if (left.length > 0) await engineMeanwhile(['rmi', '--force', ...left])
    const there = new Set(imagesIn(await list()))
    const missing = (platform: Platform) =>
      only.filter((target) => !there.has(`${nameOf(target)}-${platform.arch}`)).join()
    for (const [targets, some] of Map.groupBy(wanted, missing)) {
      if (targets === '') continue
      const args = [
        'scripts/images.ts',
        `--prefix=${prefix}`,
        `--tag=${tag}`,
        `--only=${targets}`,
        `--platform=${some.map(({ name }) => name).join()}`,
        ...flags,
      ]
      if (baseImage !== undefined) args.push(`--base=${baseImage}`)
      const [command, all] = untapped(process.execPath, args)
      const options = { cwd: sources, env: containerEnv, timeout: patience }
      const { stdout } = await promisify(execFile)(command, all, options)
      made.push(...stdout.trim().split('\n'))
    }
  })
  return {
    nameOf,
    prefix,
    tag,
    remove: async () => {
      // Those of a run of many tests are removed at its end, by scripts/test.ts.
      if (run === undefined) await inImageTurn(() => engineMeanwhile(['rmi', '--force', ...made]))
    },
  }
}

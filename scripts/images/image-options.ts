import { type Flags, parseFlags } from '../../cli/flags.ts'
import { type Engine, engines } from './engine.ts'
import { images, type Target } from './image-programs.ts'
import { type Platform, platforms } from './platform.ts'

const prefix = 'docker.io/bsycorp/kees-'

export const imageFlags: Flags = {
  base: { takes: 'IMAGE', meaning: 'the base image (default that of the Dockerfile)' },
  engine: { takes: engines.join('|'), meaning: 'what builds (default the first of these that works)' },
  only: { takes: 'NAMES', meaning: `comma-separated (default ${images.map(({ target }) => target).join()})` },
  platform: {
    takes: 'NAMES',
    meaning: `comma-separated (default ${platforms.map(({ name }) => name).join()})`,
  },
  prefix: { takes: 'NAME', meaning: `what precedes the names of the images (default ${prefix})` },
  tag: {
    takes: 'TAG',
    meaning: 'with -<arch> for each platform (default v and the version of package.json)',
  },
  'no-cache': { meaning: 'build anew what was built before, as all but docker always do' },
  help: { meaning: 'this text' },
}

export type ImageOptions = {
  readonly base?: string
  readonly engine?: Engine
  readonly only: readonly Target[]
  readonly platforms: readonly Platform[]
  readonly prefix: string
  readonly tag: string
  readonly cache: boolean
}

export type ParsedImageOptions =
  | { readonly options: ImageOptions; readonly problems?: undefined }
  | { readonly options?: undefined; readonly problems: readonly string[] }

/** Reads the flags of `npm run images`, and says all that is wrong with them. */
export function parseImageOptions(args: readonly string[], version: string): ParsedImageOptions {
  const { values, operands, problems: wrong } = parseFlags(args, imageFlags)
  const problems = [...wrong, ...operands.map((one) => `"${one}" is not understood`)]
  const given = (flag: string): string | undefined => values.get(flag)?.[0]
  const chosen = <T>(flag: string, all: readonly T[], nameOf: (one: T) => string): readonly T[] => {
    const names = given(flag)?.split(',')
    if (names === undefined) return all
    for (const name of names) {
      if (all.some((one) => nameOf(one) === name)) continue
      problems.push(`--${flag} "${name}" is not known: known are ${all.map(nameOf).join(', ')}`)
    }
    return all.filter((one) => names.includes(nameOf(one)))
  }
  const base = given('base')
  const [engine] = given('engine') === undefined ? [] : chosen('engine', engines, (one) => one)
  const options = {
    ...(base === undefined ? {} : { base }),
    ...(engine === undefined ? {} : { engine }),
    only: chosen('only', images, ({ target }) => target).map(({ target }) => target),
    platforms: chosen('platform', platforms, ({ name }) => name),
    prefix: given('prefix') ?? prefix,
    tag: given('tag') ?? `v${version}`,
    cache: given('no-cache') !== 'true',
  }
  return problems.length > 0 ? { problems } : { options }
}

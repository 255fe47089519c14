import { type Flags, parseFlags } from '../../cli/flags.ts'
import { type Engine, engines } from './engine.ts'
import { images, type Target } from './image-programs.ts'
import { type Platform, platforms } from './platform.ts'

const released = 'docker.io/bsycorp/kees-'
const only = {
  takes: 'NAMES',
  meaning: `comma-separated (default ${images.map(({ target }) => target).join()})`,
}

export const imageFlags: Flags = {
  base: { takes: 'IMAGE', meaning: 'the base image (default that of the Dockerfile)' },
  engine: { takes: engines.join('|'), meaning: 'what builds (default the first of these that works)' },
  only,
  platform: {
    takes: 'NAMES',
    meaning: `comma-separated (default ${platforms.map(({ name }) => name).join()})`,
  },
  prefix: { takes: 'NAME', meaning: `what precedes the names of the images (default ${released})` },
  tag: {
    takes: 'TAG',
    meaning: 'with -<arch> for each platform (default v and the version of package.json)',
  },
  'no-cache': { meaning: 'build anew what was built before, as all but docker always do' },
  help: { meaning: 'this text' },
}

/** They push in the same words, and tell the digest. */
const pushingEngines = ['buildah', 'podman'] as const

/** Of `npm run push-images`. */
export const pushFlags: Flags = {
  engine: {
    takes: pushingEngines.join('|'),
    meaning: 'what built and pushes (default the first of these that works)',
  },
  only,
  prefix: { takes: 'NAME', meaning: 'what precedes the names of the images, the registry first' },
  tag: { takes: 'TAG', meaning: 'as they were built with (default v and the version of package.json)' },
  insecure: { meaning: 'the registry has no TLS' },
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
  readonly insecure: boolean
}

export type ParsedImageOptions =
  | { readonly options: ImageOptions; readonly problems?: undefined }
  | { readonly options?: undefined; readonly problems: readonly string[] }

/** To push to where nobody said is not what anybody wants: there the prefix has no default. */
const purposes = {
  build: { flags: imageFlags, engines, prefix: released },
  push: { flags: pushFlags, engines: pushingEngines, prefix: undefined },
} as const

/** Reads the flags of `npm run images` or `npm run push-images`, and says all that is wrong with them. */
export function parseImageOptions(
  args: readonly string[],
  version: string,
  purpose: keyof typeof purposes = 'build',
): ParsedImageOptions {
  const allowed = purposes[purpose]
  const { values, operands, diagnostics } = parseFlags(args, allowed.flags)
  const problems = [
    ...diagnostics.map(({ message, hint }) => (hint === undefined ? message : `${message}\n  hint: ${hint}`)),
    ...operands.map((one) => `"${one}" is not understood`),
  ]
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
  const [engine] =
    given('engine') === undefined ? [] : chosen<Engine>('engine', allowed.engines, (one) => one)
  const prefix = given('prefix') ?? allowed.prefix
  if (prefix === undefined && !values.has('prefix'))
    problems.push(`flag --prefix is missing: ${pushFlags['prefix']?.meaning}`)
  const options = {
    ...(base === undefined ? {} : { base }),
    ...(engine === undefined ? {} : { engine }),
    only: chosen('only', images, ({ target }) => target).map(({ target }) => target),
    platforms: chosen('platform', platforms, ({ name }) => name),
    prefix: prefix ?? '',
    tag: given('tag') ?? `v${version}`,
    cache: given('no-cache') !== 'true',
    insecure: given('insecure') === 'true',
  }
  return problems.length > 0 ? { problems } : { options }
}

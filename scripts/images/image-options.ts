import { type Flags, parseFlags } from '../../cli/flags/flags.ts'
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
  engine: {
    takes: engines.join('|'),
    meaning: 'the container engine that builds (default the first of these that works)',
  },
  only,
  platform: {
    takes: 'NAMES',
    meaning: `comma-separated (default ${platforms.map(({ name }) => name).join()})`,
  },
  prefix: { takes: 'NAME', meaning: `the prefix of the image names (default ${released})` },
  tag: {
    takes: 'TAG',
    meaning:
      'the tag; the image of each platform has -<arch> after it (default v and the version of package.json)',
  },
  'no-code-cache': {
    meaning:
      'build init and the functions without what V8 compiled of them: for another platform, that needs QEMU (qemu-aarch64-static or qemu-x86_64-static)',
  },
  'no-cache': { meaning: 'do not use the build cache of docker; buildah and podman never use one' },
  help: { meaning: 'this text' },
}

/** Both push with the same flags, and write the digest to a file. */
const pushingEngines = ['buildah', 'podman'] as const

/** Of `npm run push-images`. */
export const pushFlags: Flags = {
  engine: {
    takes: pushingEngines.join('|'),
    meaning:
      'the container engine that built the images, and pushes them (default the first of these that works)',
  },
  only,
  prefix: { takes: 'NAME', meaning: 'the prefix of the image names, with the registry' },
  tag: {
    takes: 'TAG',
    meaning: 'the tag that the images were built with (default v and the version of package.json)',
  },
  insecure: { meaning: 'push to a registry without TLS' },
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
  readonly codeCache: boolean
  readonly insecure: boolean
}

type ParsedImageOptions =
  | { readonly options: ImageOptions; readonly errors?: undefined }
  | { readonly options?: undefined; readonly errors: readonly string[] }

/** Pushing has no default prefix: the registry must be named. */
const purposes = {
  build: { flags: imageFlags, engines, prefix: released },
  push: { flags: pushFlags, engines: pushingEngines, prefix: undefined },
} as const

/** Parses the flags of `npm run images` or `npm run push-images`. Returns all errors together. */
export function parseImageOptions(
  args: readonly string[],
  version: string,
  purpose: keyof typeof purposes = 'build',
): ParsedImageOptions {
  const allowed = purposes[purpose]
  const { values, operands, diagnostics } = parseFlags(args, allowed.flags)
  const errors = [
    ...diagnostics.map(({ message, hint }) => (hint === undefined ? message : `${message}\n  hint: ${hint}`)),
    ...operands.map((one) => `unexpected argument "${one}"`),
  ]
  const given = (flag: string): string | undefined => values.get(flag)?.[0]
  const chosen = <T>(flag: string, all: readonly T[], nameOf: (one: T) => string): readonly T[] => {
    const names = given(flag)?.split(',')
    if (names === undefined) return all
    for (const name of names) {
      if (all.some((one) => nameOf(one) === name)) continue
      errors.push(`flag --${flag}: "${name}" is not one of ${all.map(nameOf).join(', ')}`)
    }
    return all.filter((one) => names.includes(nameOf(one)))
  }
  const base = given('base')
  const [engine] =
    given('engine') === undefined ? [] : chosen<Engine>('engine', allowed.engines, (one) => one)
  const prefix = given('prefix') ?? allowed.prefix
  if (prefix === undefined && !values.has('prefix'))
    errors.push(`flag --prefix is missing: ${pushFlags['prefix']?.meaning}`)
  const options = {
    ...(base === undefined ? {} : { base }),
    ...(engine === undefined ? {} : { engine }),
    only: chosen('only', images, ({ target }) => target).map(({ target }) => target),
    platforms: chosen('platform', platforms, ({ name }) => name),
    prefix: prefix ?? '',
    tag: given('tag') ?? `v${version}`,
    cache: given('no-cache') !== 'true',
    codeCache: given('no-code-cache') !== 'true',
    insecure: given('insecure') === 'true',
  }
  return errors.length > 0 ? { errors } : { options }
}

import type { Engine } from './engine.ts'
import type { Platform } from './platform.ts'

type Build = {
  readonly engine: Engine
  readonly target: string
  /** A folder for the files of the image, in place of an image. */
  readonly output?: string
  readonly platform: Platform
  readonly dockerfile: string
  readonly context: string
  /** Other than the Dockerfile's. */
  readonly base: string | undefined
  readonly version: string
  readonly revision: string
  /** The time of everything in the image, in seconds since 1970: with it, the same sources are the same bytes. */
  readonly epoch: number
  readonly tags: readonly string[]
  /** Whether docker may take what was built before. */
  readonly cache: boolean
}

/** For docker: BuildKit, where it is not the default, without its provenance attestation: the release workflow attests. */
export const buildEnv = { DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }

/** The command line of an engine that builds one image for one platform. */
export function buildCommand(build: Build): readonly [Engine, ...string[]] {
  const { engine, target, platform, dockerfile, context, base, epoch } = build
  const buildArgs = [
    ...(base === undefined ? [] : [`BASE=${base}`]),
    `VERSION=${build.version}`,
    `REVISION=${build.revision}`,
    `CREATED=${new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')}`,
    // Not every builder sets it by itself.
    `TARGETARCH=${platform.arch}`,
    // BuildKit reads this; buildah and podman have a flag.
    ...(engine === 'docker' ? [`SOURCE_DATE_EPOCH=${epoch}`] : []),
  ]
  return [
    engine,
    'build',
    `--target=${target}`,
    `--platform=${platform.name}`,
    `--file=${dockerfile}`,
    ...buildArgs.map((one) => `--build-arg=${one}`),
    ...build.tags.map((tag) => `--tag=${tag}`),
    ...(build.output === undefined ? [] : [`--output=type=local,dest=${build.output}`]),
    ...(build.cache ? [] : ['--no-cache']),
    // With layers, buildah and podman would reuse a label of an earlier build, even if the build arguments changed.
    ...(engine === 'docker' ? [] : [`--timestamp=${epoch}`, '--layers=false', '--format=oci']),
    context,
  ]
}

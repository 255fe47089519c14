import type { programs } from '../bundle.ts'

export type ProgramName = (typeof programs)[number]['name']

type ImagePrograms = {
  /** The target in the Dockerfile; the image is called `kees-` and this. */
  readonly target: ProgramName
  /** What is in its own layer: the folder of the context for a platform is called this, `-` and the architecture. */
  readonly layer: string
  readonly programs: readonly ProgramName[]
}

/** They start with a code cache: their runs are so short that compiling them takes a large part of it. */
export const cachedPrograms = ['inject-init', 'export-iam', 'init'] as const satisfies readonly ProgramName[]

export type CachedProgram = (typeof cachedPrograms)[number]

export function isCached(name: ProgramName): name is CachedProgram {
  return cachedPrograms.some((one) => one === name)
}

/** A function image has all programs of build time: `kees install` takes them out of it. */
const functions = { layer: 'functions', programs: ['inject-init', 'export-iam', 'kees'] } as const

export const images = [
  { target: 'inject-init', ...functions },
  { target: 'export-iam', ...functions },
  { target: 'init', layer: 'init', programs: ['init'] },
  { target: 'creator', layer: 'creator', programs: ['creator'] },
] as const satisfies readonly ImagePrograms[]

export type Target = (typeof images)[number]['target']

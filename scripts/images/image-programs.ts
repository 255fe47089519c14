import type { programs } from '../bundle.ts'

export type ProgramName = (typeof programs)[number]['name']

type ImagePrograms = {
  /** The target in the Dockerfile; the image is called `kees-` and this. */
  readonly target: ProgramName
  /** The folder of the context with what is in its own layer. */
  readonly layer: string
  readonly programs: readonly ProgramName[]
  /** Whether it has its program with a code cache, in a folder of the context for each platform: it runs at every start of a pod. */
  readonly isCached?: true
}

/** A function image has all programs of build time: `kees install` takes them out of it. */
const functions = { layer: 'functions', programs: ['inject-init', 'export-iam', 'kees'] } as const

export const images = [
  { target: 'inject-init', ...functions },
  { target: 'export-iam', ...functions },
  { target: 'init', layer: 'init', programs: ['init'], isCached: true },
  { target: 'creator', layer: 'creator', programs: ['creator'] },
] as const satisfies readonly ImagePrograms[]

export type Target = (typeof images)[number]['target']

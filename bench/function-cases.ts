/** The inputs on which bench:functions compares the functions with the program in Go. */
import { writeFileSync } from 'node:fs'
import { resourceListOf, type Shape } from './resource-list.ts'

export type FunctionCase = {
  /** What is the same for all sizes. */
  readonly input: string
  readonly program: string
  readonly args: readonly string[]
  readonly count: number
  readonly runs: number
  /** @param inject writes a file of the same list, injected. */
  readonly writeInput: (file: string, inject: (list: string) => Promise<void>) => Promise<void>
}

const shapes: readonly Shape[] = ['kustomize', 'kpt', 'plain']
const sizes = [
  { count: 100, runs: 15 },
  { count: 1000, runs: 9 },
  { count: 10_000, runs: 5 },
]
const shares = [
  { every: 10, share: '10 % annotated' },
  { every: 1, share: 'all annotated' },
]
/** A hundred Deployments with one role declare 300 parameters, which need several policies. */
const roles = [
  { kind: 'annotations', title: '', least: 100 },
  { kind: 'shared', title: ', a role for 100', least: 10_000 },
  { kind: 'accounts', title: ', with ServiceAccounts', least: 10_000 },
] as const

const injected = (count: number, runs: number, [program, ...args]: readonly [string, ...string[]]) =>
  roles
    .filter(({ kind, least }) => count >= least && (program === 'export-iam' || kind === 'annotations'))
    .map(({ kind, title }): FunctionCase => ({
      input: `kpt, all injected${title}`,
      program,
      args,
      count,
      runs,
      writeInput: async (_, inject) => inject(resourceListOf({ count, every: 1, shape: 'kpt', roles: kind })),
    }))

export const functionCases: readonly FunctionCase[] = [
  ...shapes.flatMap((shape) =>
    shares.flatMap(({ every, share }) =>
      sizes.map(({ count, runs }): FunctionCase => ({
        input: `${shape}, ${share}`,
        program: 'inject-init',
        args: [],
        count,
        runs,
        writeInput: async (file) => writeFileSync(file, resourceListOf({ count, every, shape })),
      })),
    ),
  ),
  ...sizes.flatMap(({ count, runs }) => injected(count, runs, ['export-iam'])),
  ...sizes.flatMap(({ count, runs }) => injected(count, runs, ['kees', 'verify', '-f', '-'])),
]

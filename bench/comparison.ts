/** The cost of two programs for one input, as a row of a table: medians, and the ratio of the first to the second. */
import type { Measurement } from './measure-command.ts'

export type Comparison = {
  readonly input: string
  /** Of Deployments. */
  readonly count: number
  readonly bytes: number
  readonly program: string
  readonly ours: readonly Measurement[]
  readonly theirs: readonly Measurement[]
}

const head = [
  'program',
  'input',
  'Deployments',
  'wall',
  'kyaml',
  'ratio',
  'CPU',
  'kyaml',
  'ratio',
  'peak memory',
  'kyaml',
  'ratio',
]

export function formatComparisons(comparisons: readonly Comparison[]): string {
  const rows = [head, head.map(() => '---'), ...comparisons.map(rowOf)]
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function rowOf({ input, count, bytes, program, ours, theirs }: Comparison): string[] {
  const compare = (key: keyof Measurement, format: (value: number) => string) => {
    const [our, their] = [median(ours, key), median(theirs, key)]
    return [format(our), format(their), (our / their).toFixed(our / their < 0.1 ? 3 : 2)]
  }
  return [
    programName(program),
    input,
    `${count.toLocaleString('en')} (${megabytes(bytes)})`,
    ...compare('wallSeconds', seconds),
    ...compare('cpuSeconds', seconds),
    ...compare('peakBytes', megabytes),
  ]
}

/** The only command that is measured is `verify`. */
export function programName(program: string): string {
  return program === 'kees' ? 'kees verify' : program
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`
}

function megabytes(value: number): string {
  const amount = value / 1e6
  return `${amount < 10 ? amount.toFixed(1) : amount.toFixed(0)} MB`
}

export function median(all: readonly Measurement[], key: keyof Measurement): number {
  const sorted = all.map((one) => one[key]).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

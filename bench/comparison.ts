/** The cost of two programs for one input, as a row of a table: medians, and the ratio of the first to the second. */
import type { Measurement } from './measure-command.ts'

export type Comparison = {
  readonly input: string
  readonly bytes: number
  readonly program: string
  readonly ours: readonly Measurement[]
  readonly theirs: readonly Measurement[]
}

const head = [
  'input',
  'program',
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

function rowOf({ input, bytes, program, ours, theirs }: Comparison): string[] {
  const compare = (key: keyof Measurement, format: (value: number) => string) => {
    const [our, their] = [ours, theirs].map((all) => median(all.map((one) => one[key])))
    return our === undefined || their === undefined
      ? []
      : [format(our), format(their), (our / their).toFixed(our / their < 0.1 ? 3 : 2)]
  }
  return [
    `${input} (${megabytes(bytes)})`,
    program,
    ...compare('wallSeconds', seconds),
    ...compare('cpuSeconds', seconds),
    ...compare('peakBytes', megabytes),
  ]
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`
}

function megabytes(value: number): string {
  const amount = value / 1e6
  return `${amount < 10 ? amount.toFixed(1) : amount.toFixed(0)} MB`
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

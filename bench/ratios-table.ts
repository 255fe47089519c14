/** The cost of two revisions on the same inputs: medians, and the ratios of the pairs that ran one after the other. */
import type { Measurement } from './measure-command.ts'

export type Pair = { readonly now: Measurement; readonly before: Measurement }

export type ComparedCase = {
  readonly title: string
  readonly pairs: readonly Pair[]
  /** Whether both wrote the same bytes to standard output. If one failed, there are no pairs. */
  readonly output: 'same' | 'differs' | 'failed' | 'the other revision failed'
}

const head = ['', 'CPU', 'before', 'ratio', 'middle half', 'wall', 'peak memory', 'output']

export function formatRatios(rows: readonly ComparedCase[]): string {
  return [head, head.map(() => '---'), ...rows.map(cellsOf)]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('')
}

function cellsOf({ title, pairs, output }: ComparedCase): string[] {
  if (pairs.length === 0) return [title, ...head.slice(2).map(() => ''), output]
  const seconds = (side: keyof Pair) =>
    `${(
      1000 *
      quantile(
        pairs.map((pair) => pair[side].cpuSeconds),
        0.5,
      )
    ).toFixed(0)} ms`
  const ratio = (key: keyof Measurement, part = 0.5) =>
    quantile(
      pairs.map(({ now, before }) => now[key] / before[key]),
      part,
    ).toFixed(2)
  return [
    title,
    seconds('now'),
    seconds('before'),
    ratio('cpuSeconds'),
    `${ratio('cpuSeconds', 0.25)}–${ratio('cpuSeconds', 0.75)}`,
    ratio('wallSeconds'),
    ratio('peakBytes'),
    output,
  ]
}

/** Of an even number of values, the median is the mean of the two in the middle. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = part * (sorted.length - 1)
  const [low = Number.NaN, high = low] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]]
  return low + (high - low) * (position - Math.floor(position))
}

/** The cost of several programs that do the same: medians, and their ratios to the first. */
import { median } from './comparison.ts'
import type { Measurement } from './measure-command.ts'

export type Start = {
  readonly title: string
  readonly all: readonly Measurement[]
  /** The number of calls that the store received. */
  calls: number | undefined
  /** From the start until the store received the first call, in milliseconds. */
  readonly firstCalls: readonly number[]
}

export function formatStarts(starts: readonly Start[]): string {
  const [base] = starts
  const rows = starts.map(({ title, all, calls, firstCalls }) => {
    const compare = (key: 'wallSeconds' | 'cpuSeconds') => {
      const [own, of] = [median(all, key), median(base?.all ?? [], key)]
      return [`${(own * 1000).toFixed(0)} ms`, (own / of).toFixed(2)]
    }
    const memory = `${(median(all, 'peakBytes') / 1e6).toFixed(0)} MB`
    const sorted = firstCalls.toSorted((a, b) => a - b)
    const first = sorted[Math.floor(sorted.length / 2)]
    const firstCall = first === undefined ? '' : `${first} ms`
    return [title, ...compare('wallSeconds'), ...compare('cpuSeconds'), memory, firstCall, calls ?? '']
  })
  const head = ['', 'wall', 'ratio', 'CPU', 'ratio', 'peak memory', 'first call after', 'calls']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

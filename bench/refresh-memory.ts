/** The memory of init --refresh over its rounds: a table and a plot. */
import { lineChart } from './line-chart.ts'

/** In bytes. */
export type RefreshSample = {
  readonly round: number
  readonly rss: number
  /** With its share of the pages that it shares with other processes. */
  readonly pss: number
  /** Of no other process. */
  readonly own: number
  readonly sockets: number
}

/** Ten lines at most: what grows, and where it levels off. */
export function formatRefreshMemory(samples: readonly RefreshSample[]): string {
  const step = Math.ceil(samples.length / 9)
  const rows = samples
    .filter((_, index) => index === samples.length - 1 || index % step === 0)
    .map(({ round, rss, pss, own, sockets }) => [
      round.toLocaleString('en'),
      ...[rss, pss, own].map(megabytes),
      sockets,
    ])
  const head = ['rounds', 'RSS', 'PSS', 'private', 'sockets']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

export function plotRefreshMemory(samples: readonly RefreshSample[]): string {
  const lines = [
    ['RSS', 'rss'],
    ['PSS', 'pss'],
    ['private', 'own'],
  ] as const
  return lineChart({
    title: 'Memory of init --refresh, rounds back to back',
    x: { label: 'rounds', scale: 'linear', format: (count) => count.toLocaleString('en') },
    y: { label: 'MB', scale: 'linear', format: String },
    lines: lines.map(([name, key], colour) => ({
      name,
      colour,
      points: samples.map((sample): [number, number] => [sample.round, sample[key] / 1e6]),
    })),
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** How the cost of listing grows with the number of pods, as charts. */
import type { CreatorRow } from './creator-row.ts'
import { lineChart } from './line-chart.ts'
import type { Measurement } from './measure-command.ts'

type Line = { readonly name: string; readonly of: (row: CreatorRow) => Measurement; readonly peer?: boolean }

const lines: readonly Line[] = [
  { name: 'creator', of: ({ listed }) => listed },
  { name: 'only receives', of: ({ receives }) => receives, peer: true },
  { name: 'receives and parses', of: ({ parses }) => parses, peer: true },
]

const x = {
  label: 'pods',
  scale: 'logarithmic',
  format: (pods: number) => pods.toLocaleString('en'),
} as const

export function plotListTime(rows: readonly CreatorRow[]): string {
  const kinds = [
    ['', 'wallSeconds'],
    [', CPU', 'cpuSeconds'],
  ] as const
  return lineChart({
    title: 'Until the pods of a cluster are listed',
    x,
    y: { label: 'seconds', scale: 'logarithmic', format: (value) => String(Number(value.toPrecision(1))) },
    lines: kinds.flatMap(([kind, key], colour) =>
      lines.map(({ name, of, peer = false }) => ({
        name: `${name}${kind}`,
        colour,
        peer,
        points: rows.map((row): [number, number] => [row.fleet.pods, of(row)[key]]),
      })),
    ),
  })
}

export function plotListMemory(rows: readonly CreatorRow[]): string {
  return lineChart({
    title: 'Peak memory until the pods of a cluster are listed',
    x,
    y: { label: 'MB', scale: 'linear', format: String },
    lines: lines.map(({ name, of, peer = false }) => ({
      name,
      colour: 0,
      peer,
      points: rows.map((row): [number, number] => [row.fleet.pods, of(row).peakBytes / 1e6]),
    })),
  })
}

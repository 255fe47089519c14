/** How the cost of a start grows with the number of parameters: a table and a plot. */
import { median } from './comparison.ts'
import { lineChart } from './line-chart.ts'
import type { Measurement } from './measure-command.ts'

export type StartsOfSize = {
  readonly program: string
  /** Of parameters. */
  readonly count: number
  readonly all: readonly Measurement[]
}

export function formatStartGrowth(points: readonly StartsOfSize[]): string {
  const rows = points.map(({ program, count, all }) => {
    const [wall, cpu] = [median(all, 'wallSeconds'), median(all, 'cpuSeconds')]
    const memory = `${(median(all, 'peakBytes') / 1e6).toFixed(0)} MB`
    return [program, count, `${(wall * 1000).toFixed(0)} ms`, `${(cpu * 1000).toFixed(0)} ms`, memory]
  })
  const head = ['', 'parameters', 'wall', 'CPU', 'peak memory']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

export function plotStartGrowth(points: readonly StartsOfSize[]): string {
  const programs = [...new Set(points.map(({ program }) => program))]
  return lineChart({
    title: 'A start of init, with an instant server',
    x: { label: 'parameters', scale: 'logarithmic', format: (count) => count.toLocaleString('en') },
    y: { label: 'seconds', scale: 'logarithmic', format: (value) => String(Number(value.toPrecision(1))) },
    lines: programs.map((program, index) => ({
      name: program,
      colour: 0,
      peer: index > 0,
      points: points
        .filter((one) => one.program === program)
        .map(({ count, all }): [number, number] => [count, median(all, 'wallSeconds')]),
    })),
  })
}

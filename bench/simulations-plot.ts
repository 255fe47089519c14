/** When the inits of a simulation have all their values, as a chart. */
import { lineChart } from './line-chart.ts'
import type { SimulatedInits } from './simulations-table.ts'

export function plotSimulations(rows: readonly SimulatedInits[]): string {
  return lineChart({
    title: 'A thousand pods that start at the same time, with 40 calls per second',
    x: { label: 'seconds since the start', scale: 'linear', format: String },
    y: {
      label: 'pods that have all values',
      scale: 'linear',
      format: (share) => `${Math.round(share * 100)} %`,
    },
    lines: rows.map(({ simulation, inits }, colour) => {
      const took = inits.map((one) => one.took / 1000).toSorted((a, b) => a - b)
      const shares = Array.from({ length: 101 }, (_, percent) => percent / 100)
      return {
        name: `${simulation.values} ${simulation.of}`,
        colour,
        points: shares.map((share): [number, number] => [quantile(took, share), share]),
      }
    }),
  })
}

/** @param sorted in ascending order. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

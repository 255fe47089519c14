/** The result of a simulation of inits that start together: how many got their values, and when. */
import type { SimulatedInit, Simulation } from '../test/init/simulate-inits.ts'

export type SimulatedInits = { readonly simulation: Simulation; readonly inits: readonly SimulatedInit[] }

const shares = [0.1, 0.5, 0.9, 0.99, 1]

export function formatSimulations(rows: readonly SimulatedInits[]): string {
  const head = [
    'inits',
    'values',
    'succeed',
    'at best, all',
    ...shares.map((share) => (share === 1 ? 'all' : `${share * 100} %`)),
    'calls needed',
    'calls of the median',
    'of the most',
  ]
  const cells = rows.map(({ simulation, inits }) => {
    const { values, of, readsPerSecond } = simulation
    const [took, calls] = [inits.map((one) => one.took), inits.map((one) => one.calls)]
    const needed = of === 'parameters' ? Math.ceil(values / 10) : 1
    return [
      inits.length,
      `${values} ${of}`,
      inits.filter((one) => one.succeeded).length,
      seconds(((inits.length * needed) / readsPerSecond - 1) * 1000),
      ...shares.map((share) => seconds(quantile(took, share))),
      needed,
      quantile(calls, 0.5),
      quantile(calls, 1),
    ]
  })
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('')
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(0)} s`
}

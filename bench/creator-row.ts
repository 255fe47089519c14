/** What bench:creator measures of one cluster, as tables. */
import type { Measurement } from './measure-command.ts'
import type { Fleet } from './pod-metadata.ts'

export type Rest = {
  /** Of one core. */
  readonly cpuShare: number
  /** Of all threads. */
  readonly wakeUpsPerSecond: number
}

export type CreatorRow = {
  readonly fleet: Fleet
  /** Until the pods are listed. */
  readonly listed: Measurement
  /** Of the replay and of the fake store, meanwhile. */
  readonly serverCpu: number
  /** The same lists, by a client that does nothing else. */
  readonly receives: Measurement
  readonly parses: Measurement
  readonly synced: number
  readonly storeCalls: number
  readonly quiet: Rest
  readonly changing: Rest
  readonly peak: number
  readonly steady: number
  readonly eventsPerSecond: number
  /** Of 100,000 changes that arrive as fast as they are read. */
  readonly changesCpu: number
  readonly latencies: readonly number[]
}

/** How many pods change in a second, while the CPU at rest is measured. */
export const changesAtRest = 100

export function formatListing(rows: readonly CreatorRow[]): string {
  const head = [
    'pods',
    'listed',
    'a client that only receives',
    'receives and parses',
    'CPU until then',
    'only receives',
    'receives and parses',
    'of the replay',
    'peak memory',
    'only receives',
    'receives and parses',
  ]
  return table(
    head,
    rows.map(({ fleet, listed, receives, parses, serverCpu }) => {
      const all = [listed, receives, parses]
      return [
        count(fleet.pods),
        ...all.map(({ wallSeconds }) => seconds(wallSeconds)),
        ...all.map(({ cpuSeconds }) => seconds(cpuSeconds)),
        seconds(serverCpu),
        ...all.map(({ peakBytes }) => megabytes(peakBytes)),
      ]
    }),
  )
}

export function formatWork(rows: readonly CreatorRow[]): string {
  const head = [
    'pods',
    'templates',
    'parameters',
    'synced',
    'store calls',
    'changes a second',
    'CPU of 100,000 changes',
    'new secret: median',
    'new secret: longest',
  ]
  return table(
    head,
    rows.map(({ fleet, synced, storeCalls, eventsPerSecond, changesCpu, latencies }) => {
      const sorted = latencies.toSorted((a, b) => a - b)
      return [
        count(fleet.pods),
        fleet.templates,
        count(fleet.templates * fleet.parametersPerTemplate),
        seconds(synced),
        storeCalls,
        count(Math.round(eventsPerSecond)),
        seconds(changesCpu),
        `${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms`,
        `${sorted.at(-1)?.toFixed(0)} ms`,
      ]
    }),
  )
}

export function formatRest(rows: readonly CreatorRow[]): string {
  const head = [
    'pods',
    'CPU without changes, of one core',
    `with ${changesAtRest} changes a second`,
    'wake-ups a second without changes',
    `with ${changesAtRest} changes a second`,
    'peak memory in all',
    'memory at the end',
  ]
  return table(
    head,
    rows.map(({ fleet, quiet, changing, peak, steady }) => [
      count(fleet.pods),
      percent(quiet.cpuShare),
      percent(changing.cpuShare),
      quiet.wakeUpsPerSecond.toFixed(0),
      changing.wakeUpsPerSecond.toFixed(0),
      megabytes(peak),
      megabytes(steady),
    ]),
  )
}

/** What ten times the pods cost: 10 is linear, less is what each run costs, more is worse than linear. */
export function formatCreatorGrowth(rows: readonly CreatorRow[]): string {
  const head = [
    'pods',
    'times the time',
    'only receives',
    'times the CPU',
    'only receives',
    'times the peak memory',
  ]
  const cells = rows.slice(1).map((row, index) => {
    const before = rows[index] ?? row
    const times = (key: keyof Measurement, what: 'listed' | 'receives') =>
      (row[what][key] / before[what][key]).toFixed(1)
    return [
      `${count(before.fleet.pods)} to ${count(row.fleet.pods)}`,
      times('wallSeconds', 'listed'),
      times('wallSeconds', 'receives'),
      times('cpuSeconds', 'listed'),
      times('cpuSeconds', 'receives'),
      times('peakBytes', 'listed'),
    ]
  })
  return cells.length === 0 ? '' : table(head, cells)
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

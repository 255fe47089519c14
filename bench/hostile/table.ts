/** The table of docs/performance.md. */
import type { Attack } from './attacks.ts'
import type { Waits } from './victims.ts'

export type Row = {
  readonly attack: Attack
  readonly before: Waits
  readonly under: Waits
  /** In bytes. Before and after: what is left after garbage was collected. */
  readonly heap: {
    readonly limit: number
    readonly before: number
    readonly most: number
    readonly after: number
  }
  /** In bytes: the most physical memory that the process used until the attack began, and until it ended. */
  readonly peak: { readonly before: number; readonly under: number }
  /** The longest time between two renewals of the Lease, in milliseconds. */
  readonly renewal: number
  /** The exit code or the signal with which the creator ended; empty while it runs. */
  readonly ended: string
}

export function formatTable(rows: readonly Row[]): string {
  const head = [
    'attack',
    'RANDOM p95',
    'under attack',
    'longest',
    'RSA-2048 p95',
    'under attack',
    'longest',
    'heap',
    'under attack, of the limit',
    'afterwards',
    'peak memory of the process before',
    'under attack',
    'longest time between renewals of the Lease',
    'Lease lost',
  ]
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  const lines = rows.map(({ attack, before, under, heap, peak, renewal, ended }) => [
    attack.name,
    seconds(p95(before.random)),
    seconds(p95(under.random)),
    seconds(Math.max(...under.random)),
    seconds(p95(before.rsa)),
    seconds(p95(under.rsa)),
    seconds(Math.max(...under.rsa)),
    megabytes(heap.before),
    `${megabytes(heap.most)} of ${megabytes(heap.limit)}`,
    megabytes(heap.after),
    megabytes(peak.before),
    megabytes(peak.under),
    seconds(renewal),
    ended === '' ? 'no' : `ended with ${ended}`,
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? NaN
}

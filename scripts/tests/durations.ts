/** How long the jobs of `npm test` take. The next run starts the longest first, so that none is left alone at the end. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** In seconds. */
export type Duration = {
  readonly wall: number
  /** The processor time of its processes; 0 where the system does not report it. */
  readonly processor: number
}

type Durations = ReadonlyMap<string, Duration>

/** The longest jobs of a run that knows no earlier one, in their order. */
const usuallyLong = [
  'test/node/',
  'test/docs/install.test.ts',
  'waiting files with a control plane',
  'test/iam/stability-moto.test.ts',
  'test/packaging/images.test.ts',
  'creator files with a control plane',
  'files with a control plane',
  'longer files of test/docs/',
  'longer files of test/manifests/',
  'short files of test/init/',
  'test/init/write-faults.test.ts',
  'test/creator/outages.test.ts',
  'test/creator/faults.test.ts',
  'test/iam/audit.test.ts',
  'test/manifests/admission-policy.test.ts',
  'test/iam/terraform-moto.test.ts',
]

/** These wait for Leases, back-offs and kubelets, and use less than a third of a processor. */
const mostlyWaiting =
  /^(waiting files |test\/(node\/|creator\/(able-leader|faults|kill|leader|outages|pages|people)\.))/

/** A lane of their own keeps them from the processors' other work, and that from them. */
export function laneOf(title: string): 'tests' | 'waiting' {
  return mostlyWaiting.test(title) ? 'waiting' : 'tests'
}

export function readDurations(file: string): Durations {
  if (!existsSync(file)) return new Map()
  const read: Readonly<Record<string, Duration>> = JSON.parse(readFileSync(file, 'utf8'))
  return new Map(Object.entries(read))
}

/** Keeps those of jobs that did not run this time. */
export function writeDurations(file: string, before: Durations, now: Durations): void {
  writeFileSync(file, JSON.stringify(Object.fromEntries([...before, ...now]), undefined, 2))
}

export function longestFirst<T extends { readonly title: string }>(
  jobs: readonly T[],
  known: Durations,
): readonly T[] {
  const secondsOf = ({ title }: T) => {
    const position = usuallyLong.indexOf(title)
    return known.get(title)?.wall ?? (position < 0 ? 0 : 1000 - position)
  }
  return jobs.toSorted((a, b) => secondsOf(b) - secondsOf(a))
}

export function formatDuration({ wall, processor }: Duration): string {
  return `${wall.toFixed(1).padStart(6)} s ${processor.toFixed(1).padStart(6)} s CPU`
}

/** Of the jobs that took most processor time, a line each. */
export function formatMostExpensive(durations: Durations, count: number): string {
  return [...durations]
    .toSorted(([, a], [, b]) => b.processor - a.processor)
    .slice(0, count)
    .map(([title, duration]) => `${formatDuration(duration)}  ${title}\n`)
    .join('')
}

/** What is still to be asked of the store, what to put into which call, and when asking again is in vain. */
import type { Failure, FailureCode } from '../failure.ts'
import { mayBeOfOneName } from './retry-one-by-one.ts'
import { formatRef, type ParameterRef } from './parameter-store.ts'
import { batchSelectors } from './batch.ts'

export type Wanted = {
  readonly ref: ParameterRef
  /** How long to ask again after the store first said that the parameter is missing, in milliseconds. */
  readonly missingWait: number
}

export type FetchLimits = {
  /** The time for everything, in milliseconds. */
  readonly deadline: number
  /** How long to ask again after access was first denied, or credentials were first absent, in milliseconds. */
  readonly deniedWait: number
}

/** In milliseconds. */
export const shortestWait = 1000

export type PendingRequest = {
  readonly ref: ParameterRef
  readonly missingWait: number
  failure: Failure
  shared: boolean
  /** When the store first said so. */
  readonly since: Map<FailureCode, number>
}

export function pendingRequests(wanted: Iterable<Wanted>): Map<string, PendingRequest> {
  const open = new Map<string, PendingRequest>()
  for (const { ref, missingWait } of wanted) {
    const key = formatRef(ref)
    const wait = Math.max(missingWait, open.get(key)?.missingWait ?? 0)
    const failure: Failure = { code: 'UNREACHABLE', message: 'no answer came in time' }
    open.set(key, { ref, missingWait: wait, failure, shared: false, since: new Map() })
  }
  return open
}

export type Call = { readonly refs: readonly ParameterRef[]; readonly isNarrowed: boolean }

/**
 * What was denied before is kept apart, or it would deny the others again. It is asked for together, because a right
 * that spreads reaches all of it, and each alone at the end of its wait, to tell those that are denied from the rest.
 */
export function callsFor(questions: readonly PendingRequest[], limits: FetchLimits, now: number): Call[] {
  const denied = questions.filter(({ failure }) => mayBeOfOneName(failure))
  const isLast = (one: PendingRequest) => now >= askUntil(one, limits)
  const plan = (some: readonly PendingRequest[], isNarrowed: boolean) =>
    batchSelectors(some.map(({ ref }) => ref)).map((refs) => ({ refs, isNarrowed }))
  return [
    ...plan(
      questions.filter((one) => !denied.includes(one)),
      true,
    ),
    ...plan(
      denied.filter((one) => !isLast(one)),
      false,
    ),
    ...denied.filter(isLast).map(({ ref }) => ({ refs: [ref], isNarrowed: false })),
  ]
}

/** The last questions fall on the ends of the waits; those that end within a second of the first wait for each other. */
export function nextDue(ends: readonly number[]): number {
  const first = Math.min(...ends)
  if (first === Infinity) return first
  return Math.max(...ends.filter((end) => end - first < shortestWait))
}

/** The moment from which asking again is in vain. */
export function askUntil(
  { missingWait, failure, since }: PendingRequest,
  { deniedWait }: FetchLimits,
): number {
  const first = since.get(failure.code)
  if (first === undefined) return Infinity
  if (failure.code === 'MISSING') return first + missingWait
  if (spreading.has(failure.code)) return first + deniedWait
  return passing.has(failure.code) ? Infinity : first
}

/** What IAM, kube2iam or the machine may give a little later. */
const spreading: ReadonlySet<FailureCode> = new Set([
  'ACCESS_DENIED',
  'CREDENTIALS_MISSING',
  'CREDENTIALS_REFUSED',
  'REGION_MISSING',
])

/** What only the deadline ends. */
const passing: ReadonlySet<FailureCode> = new Set(['THROTTLED', 'UNREACHABLE', 'BAD_ANSWER'])

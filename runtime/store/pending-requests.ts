/** Which parameters are still pending, how they are put into calls, and when retrying ends. */
import type { Failure, FailureCode, Peer } from '../failure.ts'
import { mayBeOfOneName } from './retry-one-by-one.ts'
import { formatRef, type ValueRef } from './parameter-store.ts'
import { batchRefs } from './batch.ts'

export type Wanted = {
  readonly ref: ValueRef
  /** How long to retry after the store first reported the parameter missing, in milliseconds. */
  readonly missingWait: number
}

export type FetchLimits = {
  /** For the whole fetch, in milliseconds. */
  readonly deadline: number
  /** How long to retry after access was first denied or credentials were first missing, in milliseconds. */
  readonly deniedWait: number
}

/** In milliseconds. */
export const shortestWait = 1000

export type PendingRequest = {
  readonly ref: ValueRef
  readonly missingWait: number
  failure: Failure
  shared: boolean
  /** When each code was first seen. */
  readonly since: Map<FailureCode, number>
}

export function pendingRequests(wanted: Iterable<Wanted>, peer: Peer): Map<string, PendingRequest> {
  const open = new Map<string, PendingRequest>()
  for (const { ref, missingWait } of wanted) {
    const key = formatRef(ref)
    const wait = Math.max(missingWait, open.get(key)?.missingWait ?? 0)
    const failure = noAnswer(peer)
    open.set(key, { ref, missingWait: wait, failure, shared: false, since: new Map() })
  }
  return open
}

/** Of a request that nothing has answered. */
export function noAnswer(peer: Peer): Failure {
  return { code: 'UNREACHABLE', message: 'no answer came in time', ...peer }
}

export type Call = { readonly refs: readonly ValueRef[]; readonly isNarrowed: boolean }

/**
 * Parameters that were denied before get calls of their own, or they would fail the calls of the others again. They are
 * requested together, because a policy that propagates covers them all, and one by one at the end of their wait, to find
 * out which of them are still denied.
 */
export function callsFor(requests: readonly PendingRequest[], limits: FetchLimits, now: number): Call[] {
  const denied = requests.filter(({ failure }) => mayBeOfOneName(failure))
  const isLast = (one: PendingRequest) => now >= retryUntil(one, limits)
  const plan = (some: readonly PendingRequest[], isNarrowed: boolean) =>
    batchRefs(some.map(({ ref }) => ref)).map((refs) => ({ refs, isNarrowed }))
  return [
    ...plan(
      requests.filter((one) => !denied.includes(one)),
      true,
    ),
    ...plan(
      denied.filter((one) => !isLast(one)),
      false,
    ),
    ...denied.filter(isLast).map(({ ref }) => ({ refs: [ref], isNarrowed: false })),
  ]
}

/** The last requests fall on the ends of the waits; those that end within a second of the first are combined. */
export function nextDue(ends: readonly number[]): number {
  const first = Math.min(...ends)
  if (first === Infinity) return first
  return Math.max(...ends.filter((end) => end - first < shortestWait))
}

/** When retrying this request ends. */
export function retryUntil(
  { missingWait, failure, since }: PendingRequest,
  { deniedWait }: FetchLimits,
): number {
  const first = since.get(failure.code)
  if (first === undefined) return Infinity
  if (failure.code === 'MISSING') return first + missingWait
  if (propagating.has(failure.code)) return first + deniedWait
  return transient.has(failure.code) ? Infinity : first
}

/** Propagation: IAM, kube2iam or the machine may provide it a little later. */
const propagating: ReadonlySet<FailureCode> = new Set([
  'ACCESS_DENIED',
  'CREDENTIALS_MISSING',
  'CREDENTIALS_REFUSED',
  'REGION_MISSING',
])

/** Transient: retried until the deadline. */
const transient: ReadonlySet<FailureCode> = new Set(['THROTTLED', 'UNREACHABLE', 'BAD_ANSWER'])

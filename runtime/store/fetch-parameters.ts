/**
 * Fetches the values of many parameters and retries those that the store does not return yet: the creator may still be
 * creating one, a policy or role may not have propagated, the store may be throttling. Only pending parameters are
 * requested again.
 */
import type { Clock } from '../scheduling/clock.ts'
import type { Failure } from '../failure.ts'
import { mapConcurrent } from '../scheduling/map-concurrent.ts'
import { retryOneByOne, callTogether } from './retry-one-by-one.ts'
import {
  retryUntil,
  type Call,
  callsFor,
  type FetchLimits,
  nextDue,
  noAnswer,
  type PendingRequest,
  pendingRequests,
  shortestWait,
  type Wanted,
} from './pending-requests.ts'
import { formatRef, type ParameterReader, type StoredValue, type ValueRef } from './parameter-store.ts'

export type FetchProgress = { readonly found: number; readonly open: readonly Unfetched[] }

export type FetchTools = {
  readonly clock: Clock
  /** Uniform from 0 to 1. */
  readonly random: () => number
  /** Called every ten seconds. */
  readonly progress?: (progress: FetchProgress) => void
}

/** A parameter that was not fetched, with the store's last answer. */
export type Unfetched = {
  readonly ref: ValueRef
  readonly failure: Failure
  /** The call named others too, and the failure may be about one of them. */
  readonly shared: boolean
}

type Fetched = {
  /** By formatRef. */
  readonly found: ReadonlyMap<string, StoredValue>
  readonly unfetched: readonly Unfetched[]
}

const parallelCalls = 5
const progressEvery = 10_000
const longestWait = 15_000

/** @param wanted may name a parameter more than once: it is requested once. */
export async function fetchParameters(
  store: ParameterReader,
  wanted: Iterable<Wanted>,
  limits: FetchLimits,
  { clock, random, progress }: FetchTools,
): Promise<Fetched> {
  const end = clock.now() + limits.deadline
  const found = new Map<string, StoredValue>()
  const givenUp: PendingRequest[] = []
  const open = pendingRequests(wanted, store.peer())

  const note = (ref: ValueRef, failure: Failure, shared = false) => {
    const one = open.get(formatRef(ref))
    if (one === undefined) return
    const isNews = !one.since.has(failure.code) || one.failure.code !== failure.code
    if (!one.since.has(failure.code)) one.since.set(failure.code, clock.now())
    // The failure of a call for this name alone is more exact than that of a shared call.
    if (shared && !one.shared && !isNews) return
    one.failure = failure
    one.shared = shared
  }
  const get = async (refs: readonly ValueRef[]) => {
    const answer = await store.get(refs)
    for (const ref of answer.missing)
      note(ref, { code: 'MISSING', message: `${formatRef(ref)} does not exist` })
    for (const parameter of answer.found) {
      found.set(formatRef(parameter.ref), parameter)
      open.delete(formatRef(parameter.ref))
    }
  }
  const ask = ({ refs, isNarrowed }: Call) => {
    const noteOf = (ref: ValueRef, failure: Failure, of: number) => note(ref, failure, of > 1)
    return isNarrowed ? retryOneByOne(refs, get, noteOf) : callTogether(refs, get, noteOf)
  }

  let isFinished = false
  void every(
    progressEvery,
    clock,
    () => isFinished,
    () => progress?.({ found: found.size, open: [...open.values()] }),
  )

  try {
    for (let bound = 2 * shortestWait; end - clock.now() >= 1; bound = Math.min(2 * bound, longestWait)) {
      const calls = callsFor([...open.values()], limits, clock.now())
      const timeIsUp = clock.sleep(end - clock.now(), { ref: false })
      await Promise.race([mapConcurrent(calls, parallelCalls, ask), timeIsUp])
      const now = clock.now()
      for (const [key, one] of open) {
        if (now < retryUntil(one, limits)) continue
        open.delete(key)
        givenUp.push(one)
      }
      if (open.size === 0) break
      const drawn = shortestWait + random() * (bound - shortestWait)
      const due = nextDue([...open.values()].map((one) => retryUntil(one, limits))) - now
      await clock.sleep(Math.max(0, Math.min(due - drawn < shortestWait ? due : drawn, end - now)))
    }
  } finally {
    isFinished = true
  }
  // Copied, because a call that is still running records its result later.
  const unfetched = [...givenUp, ...open.values()].map(({ ref, failure, shared, since }) => ({
    ref,
    failure: since.size === 0 ? noAnswer(store.peer()) : failure,
    shared,
  }))
  return { found: new Map(found), unfetched }
}

/** Without an AbortController: aborting makes Node load DOMException, a hundredth of what init takes. */
async function every(period: number, clock: Clock, isOver: () => boolean, act: () => void): Promise<void> {
  for (;;) {
    await clock.sleep(period, { ref: false })
    if (isOver()) return
    act()
  }
}

/**
 * Gets the values of many parameters, and waits for those that the store does not give yet: a parameter may still be
 * in the making, a right or a role not yet known everywhere, the store busy. Only what is open is asked for again.
 */
import type { Clock } from './clock.ts'
import type { Failure, FailureCode } from './failure.ts'
import { inParallel } from './in-parallel.ts'
import { askNarrowing, mayBeOfOneName } from './narrow.ts'
import {
  formatRef,
  type ParameterReader,
  type ParameterRef,
  type StoredParameter,
} from './parameter-store.ts'
import { planCalls } from './plan-calls.ts'

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

export type FetchProgress = { readonly found: number; readonly open: readonly Unfetched[] }

export type FetchTools = {
  readonly clock: Clock
  /** Evenly from 0 to 1. */
  readonly random: () => number
  /** Called every ten seconds. */
  readonly progress?: (progress: FetchProgress) => void
}

/** A parameter that is not there, with what the store said of it last. */
export type Unfetched = { readonly ref: ParameterRef; readonly failure: Failure }

export type Fetched = {
  /** By formatRef. */
  readonly found: ReadonlyMap<string, StoredParameter>
  readonly unfetched: readonly Unfetched[]
}

const parallelCalls = 5
const progressEvery = 10_000
const shortestWait = 1000
const longestWait = 15_000

/** @param wanted may name a parameter more than once: it is asked for once. */
export async function fetchParameters(
  store: ParameterReader,
  wanted: Iterable<Wanted>,
  limits: FetchLimits,
  { clock, random, progress }: FetchTools,
): Promise<Fetched> {
  const end = clock.now() + limits.deadline
  const found = new Map<string, StoredParameter>()
  const givenUp: Open[] = []
  const open = openQuestions(wanted)

  const note = (ref: ParameterRef, failure: Failure) => {
    const one = open.get(formatRef(ref))
    if (one === undefined) return
    one.failure = failure
    if (!one.since.has(failure.code)) one.since.set(failure.code, clock.now())
  }
  const get = async (refs: readonly ParameterRef[]) => {
    const answer = await store.get(refs)
    for (const ref of answer.missing)
      note(ref, { code: 'MISSING', message: `${formatRef(ref)} does not exist` })
    for (const parameter of answer.found) {
      found.set(formatRef(parameter.ref), parameter)
      open.delete(formatRef(parameter.ref))
    }
  }
  const ask = (refs: readonly ParameterRef[]) => askNarrowing(refs, get, note)

  const finished = new AbortController()
  void every(progressEvery, clock, finished.signal, () =>
    progress?.({ found: found.size, open: [...open.values()] }),
  )

  try {
    for (let bound = 2 * shortestWait; clock.now() < end; bound = Math.min(2 * bound, longestWait)) {
      const questions = [...open.values()]
      // What was denied is asked for alone, or it would deny the others again.
      const alone = questions.filter(({ failure }) => mayBeOfOneName(failure))
      const together = questions.filter((one) => !alone.includes(one))
      const calls = [...planCalls(together.map(({ ref }) => ref)), ...alone.map(({ ref }) => [ref])]
      const timeIsUp = clock.sleep(end - clock.now(), { ref: false })
      await Promise.race([inParallel(calls, parallelCalls, ask), timeIsUp])
      const now = clock.now()
      for (const [key, one] of open) {
        if (now < askUntil(one, limits)) continue
        open.delete(key)
        givenUp.push(one)
      }
      if (open.size === 0) break
      // The last question falls on the end of a wait, not somewhere before it.
      const ends = [...open.values()].map((one) => askUntil(one, limits))
      const drawn = shortestWait + random() * (bound - shortestWait)
      await clock.sleep(Math.max(0, Math.min(drawn, end - now, ...ends.map((at) => at - now))))
    }
  } finally {
    finished.abort()
  }
  // Copied, because a call that comes too late still notes its answer.
  const unfetched = [...givenUp, ...open.values()].map(({ ref, failure }) => ({ ref, failure }))
  return { found: new Map(found), unfetched }
}

type Open = {
  readonly ref: ParameterRef
  readonly missingWait: number
  failure: Failure
  /** When the store first said so. */
  readonly since: Map<FailureCode, number>
}

function openQuestions(wanted: Iterable<Wanted>): Map<string, Open> {
  const open = new Map<string, Open>()
  for (const { ref, missingWait } of wanted) {
    const key = formatRef(ref)
    const wait = Math.max(missingWait, open.get(key)?.missingWait ?? 0)
    const failure: Failure = { code: 'UNREACHABLE', message: `no answer about ${key} came in time` }
    open.set(key, { ref, missingWait: wait, failure, since: new Map() })
  }
  return open
}

/** The moment from which asking again is in vain. */
function askUntil({ missingWait, failure, since }: Open, { deniedWait }: FetchLimits): number {
  const first = since.get(failure.code)
  if (first === undefined) return Infinity
  if (failure.code === 'MISSING') return first + missingWait
  if (failure.code === 'ACCESS_DENIED' || failure.code === 'CREDENTIALS_MISSING') return first + deniedWait
  return passing.has(failure.code) ? Infinity : first
}

/** What only the deadline ends. */
const passing: ReadonlySet<FailureCode> = new Set(['THROTTLED', 'UNREACHABLE', 'BAD_ANSWER'])

async function every(period: number, clock: Clock, end: AbortSignal, tell: () => void): Promise<void> {
  for (;;) {
    await clock.sleep(period, { ref: false })
    if (end.aborted) return
    tell()
  }
}

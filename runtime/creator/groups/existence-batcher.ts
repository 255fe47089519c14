/**
 * Asks the store which parameters exist, ten names a call, for all callers together: while a call waits for its turn, names
 * are collected. A name for which the store refused a call is asked alone from then on, until the store answers.
 */
import type { Clock } from '../../scheduling/clock.ts'
import { type Failure, failureOf } from '../../failure.ts'
import { mayBeOfOneName } from '../../store/retry-one-by-one.ts'
import { maxNamesPerCall, type ParameterStore } from '../../store/parameter-store.ts'
import { FairQueue } from '../../scheduling/fair-queue.ts'
import type { RateLimiter } from '../../scheduling/rate-limiter.ts'

type Existence = 'exists' | 'absent' | Failure

/** @param signal when it is aborted, with a Failure, that is the answer, and the store is not asked any more. */
export type ExistenceBatcher = (namespace: string, name: string, signal: AbortSignal) => Promise<Existence>

/** How long the first call after a pause waits for more names, in milliseconds. */
const gathering = 20

/** How many names that were refused are remembered. */
const mostSuspects = 5000

type Request = PromiseWithResolvers<Existence> & {
  readonly namespace: string
  readonly signal: AbortSignal
  readonly leave: () => void
}

export function existenceBatcher(
  store: Pick<ParameterStore, 'exists'>,
  reads: RateLimiter,
  clock: Clock,
): ExistenceBatcher {
  const waiting = new FairQueue<string>()
  /** The requests that wait for an answer. */
  const open = new Map<string, Request>()
  const suspects = new Set<string>()
  let running = false

  const suspect = (name: string) => {
    suspects.add(name)
    const [oldest] = suspects
    // Pods that come and go may name any number of them. One that is forgotten costs a call more.
    if (suspects.size > mostSuspects && oldest !== undefined) suspects.delete(oldest)
  }
  const close = (name: string): Request | undefined => {
    const request = open.get(name)
    request?.signal.removeEventListener('abort', request.leave)
    open.delete(name)
    return request
  }
  const reject = (name: string, error: unknown) => close(name)?.reject(error)
  const answer = (name: string, existence: Existence) => close(name)?.resolve(existence)
  const fail = (name: string, failure: Failure) => {
    if (mayBeOfOneName(failure)) suspect(name)
    answer(name, failure)
  }
  const call = async (names: readonly string[]) => {
    const existing = await store.exists(names)
    for (const name of names) {
      suspects.delete(name)
      answer(name, existing.has(name) ? 'exists' : 'absent')
    }
  }
  /** It takes a turn of its namespace, so that names that are denied delay those of others little. */
  const askAlone = async (name: string) => {
    const request = open.get(name)
    if (request === undefined) return
    try {
      await reads.turn(request.namespace, request.signal)
    } catch {
      // It was aborted: the request has its answer.
      return
    }
    await ask([name])
  }
  const ask = async (names: readonly string[]): Promise<void> => {
    try {
      await call(names)
    } catch (error) {
      const failure = failureOf(error)
      // A bug: no caller may wait for ever.
      if (failure === undefined) for (const name of names) reject(name, error)
      else if (names.length > 1 && mayBeOfOneName(failure)) await Promise.all(names.map(askAlone))
      else for (const name of names) fail(name, failure)
    }
  }
  const takeTen = () => {
    const names: string[] = []
    while (names.length < maxNamesPerCall) {
      const name = waiting.shift()
      if (name === undefined) break
      if (suspects.has(name)) void askAlone(name)
      else names.push(name)
    }
    return names
  }
  const run = async () => {
    running = true
    await clock.sleep(gathering)
    while (waiting.size() > 0) {
      await reads.turn('')
      const names = takeTen()
      if (names.length > 0) void ask(names)
    }
    running = false
  }
  /** The request is over for this name; what the store was already asked is answered to nobody. */
  const leave = (namespace: string, name: string, signal: AbortSignal) => {
    waiting.remove(namespace, name)
    const failure = failureOf(signal.reason)
    if (failure === undefined) reject(name, signal.reason)
    else answer(name, failure)
  }
  return (namespace, name, signal) => {
    const asked = open.get(name)
    if (asked) return asked.promise
    const left = () => leave(namespace, name, signal)
    const request = { namespace, signal, leave: left, ...Promise.withResolvers<Existence>() }
    open.set(name, request)
    if (signal.aborted) left()
    else {
      signal.addEventListener('abort', left)
      waiting.push(namespace, name)
      if (!running) void run()
    }
    return request.promise
  }
}

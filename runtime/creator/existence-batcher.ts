/**
 * Asks the store which parameters exist, ten names a call, for all callers together: while a call waits for its turn, names
 * are collected. A name for which the store refused a call is asked alone from then on, until the store answers.
 */
import type { Clock } from '../scheduling/clock.ts'
import type { Failure } from '../failure.ts'
import { mayBeOfOneName, retryOneByOne } from '../store/retry-one-by-one.ts'
import { maxNamesPerCall, type ParameterStore } from '../store/parameter-store.ts'
import { FairQueue } from '../scheduling/fair-queue.ts'
import type { RateLimiter } from '../scheduling/rate-limiter.ts'

type Existence = 'exists' | 'absent' | Failure

export type ExistenceBatcher = (namespace: string, name: string) => Promise<Existence>

/** How long the first call after a pause waits for more names, in milliseconds. */
const gathering = 20

export function existenceBatcher(
  store: Pick<ParameterStore, 'exists'>,
  reads: RateLimiter,
  clock: Clock,
): ExistenceBatcher {
  const waiting = new FairQueue<string>()
  /** The requests that wait for an answer. */
  const open = new Map<string, PromiseWithResolvers<Existence>>()
  const suspects = new Set<string>()
  let running = false

  const answer = (name: string, existence: Existence) => {
    open.get(name)?.resolve(existence)
    open.delete(name)
  }
  const call = async (names: readonly string[]) => {
    const existing = await store.exists(names)
    for (const name of names) {
      suspects.delete(name)
      answer(name, existing.has(name) ? 'exists' : 'absent')
    }
  }
  const ask = async (names: readonly string[]) => {
    let first = true
    try {
      await retryOneByOne(
        names,
        async (some) => {
          if (!first) await reads.turn('')
          first = false
          await call(some)
        },
        (name, failure) => {
          if (mayBeOfOneName(failure)) suspects.add(name)
          answer(name, failure)
        },
      )
    } catch (error) {
      // A bug: no caller may wait for ever.
      for (const name of names) {
        open.get(name)?.reject(error)
        open.delete(name)
      }
    }
  }
  const takeTen = () => {
    const names: string[] = []
    while (names.length < maxNamesPerCall) {
      const name = waiting.shift()
      if (name === undefined) break
      if (suspects.has(name)) void reads.turn('').then(() => ask([name]))
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
  return (namespace, name) => {
    const asked = open.get(name)
    if (asked) return asked.promise
    const request = Promise.withResolvers<Existence>()
    open.set(name, request)
    waiting.push(namespace, name)
    if (!running) void run()
    return request.promise
  }
}

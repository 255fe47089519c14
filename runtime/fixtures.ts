/** Clocks and stores for the tests of several files. */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from './scheduling/clock.ts'
import { failed, type FailureCode, type Peer } from './failure.ts'
import { checkCall, formatRef, type ParameterRef, type ParameterStore } from './store/parameter-store.ts'
import { secretValue } from './secret-value.ts'

/** What failures name that tests make. */
export const peer: Peer = { service: 'SSM', host: 'ssm.example' }

/** A clock whose sleeps take no time: it advances to the end of the next sleep as soon as nothing else runs. */
export function virtualClock(): Clock {
  let now = 0
  let moving = false
  /** The next to wake is the last. */
  const sleepers: { readonly until: number; readonly wake: () => void }[] = []
  const move = async () => {
    moving = true
    while (sleepers.length > 0) {
      await setImmediate()
      const next = sleepers.pop()
      now = Math.max(now, next?.until ?? 0)
      next?.wake()
    }
    moving = false
  }
  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        const until = now + milliseconds
        let [low, high] = [0, sleepers.length]
        while (low < high) {
          const middle = (low + high) >> 1
          if ((sleepers[middle]?.until ?? 0) > until) low = middle + 1
          else high = middle
        }
        sleepers.splice(low, 0, { until, wake })
        if (!moving) void move()
      }),
  }
}

/** What a store answers for one parameter: its value, that it is missing, or why the whole call fails. */
export type ScriptedAnswer = { readonly value: string } | 'missing' | { readonly code: FailureCode }

/**
 * A store that can only be read, with scripted answers.
 *
 * @param answerFor the answer for a parameter, by formatRef, at the time of the call.
 */
export function scriptedStore(
  clock: Clock,
  answerFor: (parameter: string) => ScriptedAnswer,
  takes = 0,
): { readonly store: ParameterStore; readonly calls: { readonly at: number; readonly names: string[] }[] } {
  const calls: { at: number; names: string[] }[] = []
  const get = async (refs: readonly ParameterRef[]) => {
    calls.push({ at: clock.now(), names: refs.map(formatRef) })
    if (takes > 0) await clock.sleep(takes)
    const answers = refs.map((ref) => ({ ref, answer: answerFor(formatRef(ref)) }))
    for (const { answer } of answers) {
      if (answer !== 'missing' && 'code' in answer) throw failed({ ...answer, message: 'it failed', ...peer })
    }
    return {
      found: answers.flatMap(({ ref, answer }) =>
        answer !== 'missing' && 'value' in answer
          ? [{ ref, value: secretValue(answer.value), version: 1 }]
          : [],
      ),
      missing: answers.flatMap(({ ref, answer }) => (answer === 'missing' ? [ref] : [])),
    }
  }
  const refuse = () => Promise.reject(new Error('this store is read-only'))
  return { store: { peer: () => peer, get, exists: refuse, create: refuse, replace: refuse }, calls }
}

/** What goes wrong with a call: nothing, the call or its answer is lost, the SDK had to ask twice, a read is stale. */
export type Fault = 'none' | 'call lost' | 'answer lost' | 'asked twice' | 'stale'

/** A store in memory. @param fault of the next call. */
export function memoryStore(fault: () => Fault = () => 'none'): {
  readonly store: ParameterStore
  readonly stored: Map<string, string>
} {
  const stored = new Map<string, string>()
  const lost = () => failed({ code: 'UNREACHABLE', message: 'lost', ...peer })
  const visible = (now: Fault) => (name: string) => now !== 'stale' && stored.has(name)
  const store: ParameterStore = {
    peer: () => peer,
    async get(refs) {
      checkCall(refs.map(({ name }) => name))
      const now = fault()
      if (now.endsWith('lost')) throw lost()
      if (refs.some(({ selector }) => selector !== undefined)) {
        throw failed({ code: 'SELECTOR_UNSUPPORTED', message: 'no selectors' })
      }
      const isThere = visible(now)
      return {
        found: refs
          .filter(({ name }) => isThere(name))
          .map((ref) => ({ ref, value: secretValue(stored.get(ref.name) ?? ''), version: 1 })),
        missing: refs.filter(({ name }) => !isThere(name)),
      }
    },
    async exists(names) {
      checkCall(names)
      const now = fault()
      if (now.endsWith('lost')) throw lost()
      return new Set(names.filter(visible(now)))
    },
    async create(name, value) {
      const now = fault()
      if (now === 'call lost') throw lost()
      const existed = stored.has(name)
      if (!existed) stored.set(name, value.reveal())
      if (now === 'answer lost') throw lost()
      if (existed) return { outcome: 'exists', attempts: 1 }
      return { outcome: 'created', version: 1, attempts: now === 'asked twice' ? 2 : 1 }
    },
    async replace(name, value) {
      stored.set(name, value.reveal())
    },
  }
  return { store, stored }
}

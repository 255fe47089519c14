/** The store as the creator calls it: counted, at limited rates, and only while this process is the leader. */
import { failed, type Failure, failureOf } from '../../failure.ts'
import type { ParameterStore } from '../../store/parameter-store.ts'
import type { RateLimiter } from '../../scheduling/rate-limiter.ts'
import { abortable } from '../../scheduling/abortable.ts'

type StoreOperation = 'get' | 'exists' | 'create'

type StoreGuards = {
  readonly puts: RateLimiter
  readonly reads: RateLimiter
  /** Right before a call: whether this process is the leader. */
  readonly leads: () => boolean
  /** From then on only a group of which a part was created here is completed. */
  readonly stop: AbortSignal
  readonly called: (operation: StoreOperation, failure?: Failure) => void
}

type GuardedStore = {
  /** For a caller that takes turns itself. */
  readonly existence: Pick<ParameterStore, 'exists'>
  /** For one group of a namespace. */
  readonly for: (namespace: string) => ParameterStore
}

export function guardedStore(store: ParameterStore, guards: StoreGuards): GuardedStore {
  const { puts, reads, leads, stop, called } = guards
  const call = async <T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> => {
    checkLeading(leads)
    try {
      const result = await work()
      called(operation)
      return result
    } catch (error) {
      const failure = failureOf(error)
      if (failure?.code === 'THROTTLED') (operation === 'create' ? puts : reads).throttled()
      if (failure) called(operation, failure)
      throw error
    }
  }
  const unlessStopped = async (turn?: Promise<void>) => {
    await abortable(turn ?? Promise.resolve(), stop)
    if (stop.aborted) throw failed({ code: 'ABANDONED', message: 'the creator is stopping' })
  }
  return {
    existence: {
      exists: async (names) => {
        await unlessStopped()
        return await call('exists', () => store.exists(names))
      },
    },
    for: (namespace) => {
      let begun = false
      const turnOf = (rate: RateLimiter) =>
        begun ? rate.turn(namespace) : unlessStopped(rate.turn(namespace))
      return {
        exists: async (names) => {
          await turnOf(reads)
          return await call('exists', () => store.exists(names))
        },
        get: async (refs) => {
          await turnOf(reads)
          return await call('get', () => store.get(refs))
        },
        create: async (name, value, about) => {
          await turnOf(puts)
          const answer = await call('create', () => store.create(name, value, about))
          begun ||= answer.outcome === 'created'
          return answer
        },
        replace: () => Promise.reject(new Error('the creator never replaces a parameter')),
      }
    },
  }
}

export function checkLeading(leads: () => boolean): void {
  if (!leads()) throw failed({ code: 'ABANDONED', message: 'no longer the leader' })
}

/** The store as the creator calls it: counted, at limited rates, and only while this process is the leader. */
import { failed, type Failure, failureOf } from '../../failure.ts'
import type { ParameterStore } from '../../store/parameter-store.ts'
import type { RateLimiter } from '../../scheduling/rate-limiter.ts'

type StoreOperation = 'get' | 'exists' | 'create'

type StoreGuards = {
  readonly puts: RateLimiter
  readonly reads: RateLimiter
  /** Right before a call: whether this process is the leader. */
  readonly leads: () => boolean
  readonly called: (operation: StoreOperation, failure?: Failure) => void
}

type GuardedStore = {
  /** For a caller that takes turns itself. */
  readonly existence: Pick<ParameterStore, 'exists'>
  /**
   * For one group of a namespace.
   *
   * @param signal when it is aborted, the group is completed if a part of it was created here; if not, it is left at once.
   */
  readonly for: (namespace: string, signal: AbortSignal) => ParameterStore
}

export function guardedStore(store: ParameterStore, guards: StoreGuards): GuardedStore {
  const { puts, reads, leads, called } = guards
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
  return {
    existence: { exists: (names) => call('exists', () => store.exists(names)) },
    for: (namespace, signal) => {
      let begun = false
      const turnOf = (rate: RateLimiter) => rate.turn(namespace, begun ? undefined : signal)
      return {
        peer: store.peer,
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

import type { Clock } from '../scheduling/clock.ts'
import { failureOf } from '../failure.ts'
import type { ParameterStore } from './parameter-store.ts'
import { RateLimiter } from '../scheduling/rate-limiter.ts'

/**
 * Limits the puts per second: SSM allows about three per second, for all callers of the account together.
 * https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
export function rateLimitedStore(store: ParameterStore, putsPerSecond: number, clock: Clock): ParameterStore {
  const puts = new RateLimiter(putsPerSecond, clock)
  return {
    ...store,
    create: async (name, value, options) => {
      await puts.turn('')
      try {
        return await store.create(name, value, options)
      } catch (error) {
        if (failureOf(error)?.code === 'THROTTLED') puts.throttled()
        throw error
      }
    },
  }
}

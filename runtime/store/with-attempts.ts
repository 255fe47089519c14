import { failureOf } from '../failure.ts'
import { clock } from '../scheduling/clock.ts'

/** As many as the SDK's client makes for the store beside it. */
const maxAttempts = 3
/** In milliseconds; doubled each time. */
const firstWait = 200

/** A call that is made again where it was throttled or failed on its way. */
export function withAttempts<A extends readonly unknown[], T>(
  call: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return async (...args) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call(...args)
      } catch (error) {
        const { code } = failureOf(error) ?? {}
        if (attempt === maxAttempts || (code !== 'THROTTLED' && code !== 'UNREACHABLE')) throw error
        await clock.sleep(firstWait * 2 ** (attempt - 1))
      }
    }
  }
}

import { failureOf } from '../failure.ts'
import { type Clock, clock } from '../scheduling/clock.ts'

/** As many as the SDK's client makes for the store beside it. */
const maxAttempts = 3
/** In milliseconds; doubled each time. */
const firstWait = 200

/**
 * A call that is made again where it was throttled or failed on its way.
 *
 * @param throttledAttempts of a call whose quota is so low that many in a row are throttled.
 */
export function withAttempts<A extends readonly unknown[], T>(
  call: (...args: A) => Promise<T>,
  throttledAttempts = maxAttempts,
  sleep: Clock['sleep'] = clock.sleep,
): (...args: A) => Promise<T> {
  return async (...args) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call(...args)
      } catch (error) {
        const { code } = failureOf(error) ?? {}
        const most = code === 'THROTTLED' ? throttledAttempts : code === 'UNREACHABLE' ? maxAttempts : 1
        if (attempt >= most) throw error
        await sleep(firstWait * 2 ** (attempt - 1))
      }
    }
  }
}

import type { Clock } from './clock.ts'
import { fairQueue } from './fair-queue.ts'

/** So many turns a second at most, to the namespaces by turns. */
export type RateLimiter = {
  readonly turn: (namespace: string) => Promise<void>
  /** Somebody says that it is too much: half as often, and back to the whole within a minute. */
  readonly throttled: () => void
}

const recovery = 60_000
/** Calls that were sent together are throttled together: they count once. */
const oneThrottling = 1000

/** @param perSecond more than 0. */
export function rateLimiter(perSecond: number, clock: Clock): RateLimiter {
  const waiting = fairQueue<() => void>()
  let [next, running] = [0, false]
  let lowered: { readonly to: number; readonly at: number } | undefined

  const current = () => {
    if (lowered === undefined) return perSecond
    const recovered = lowered.to + (perSecond * (clock.now() - lowered.at)) / recovery
    return Math.min(perSecond, recovered)
  }
  const run = async () => {
    running = true
    while (waiting.size() > 0) {
      const now = clock.now()
      if (next > now) await clock.sleep(next - now)
      next = Math.max(next, clock.now()) + 1000 / current()
      waiting.shift()?.()
    }
    running = false
  }
  return {
    turn: (namespace) =>
      new Promise((resolve) => {
        waiting.push(namespace, resolve)
        if (!running) void run()
      }),
    throttled: () => {
      const now = clock.now()
      if (lowered && now - lowered.at < oneThrottling) return
      lowered = { to: Math.max(current() / 2, perSecond / 64), at: now }
    },
  }
}

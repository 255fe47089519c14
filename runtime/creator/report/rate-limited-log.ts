import type { Clock } from '../../scheduling/clock.ts'
import { type Failure, failureFields } from '../../failure.ts'
import type { Log } from '../../log.ts'

export type RateLimitedLog = (message: string, failure?: Failure) => void

const pause = 10_000

/** Logs the same warning at most every ten seconds, and then how often it was left out: an outage makes thousands. */
export function rateLimitedLog({ now }: Clock, log: Pick<Log, 'warn'>): RateLimitedLog {
  const last = new Map<string, { readonly at: number; suppressed: number }>()
  return (message, failure) => {
    const key = `${message} ${failure?.code}`
    const before = last.get(key)
    if (before && now() - before.at < pause) {
      before.suppressed++
      return
    }
    last.set(key, { at: now(), suppressed: 0 })
    const facts = failure && { ...failureFields(failure), problem: failure.message }
    log.warn(message, { ...facts, ...(before?.suppressed ? { suppressed: before.suppressed } : {}) })
  }
}

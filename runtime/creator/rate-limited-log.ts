import type { Clock } from '../scheduling/clock.ts'
import type { Failure } from '../failure.ts'
import type { Log } from '../log.ts'

export type RateLimitedLog = (what: string, failure?: Failure) => void

const pause = 10_000

/** Logs the same at most every ten seconds, and then how often it was not: an outage is one fact, not thousands. */
export function rateLimitedLog({ now }: Clock, log: Pick<Log, 'warn'>): RateLimitedLog {
  const last = new Map<string, { readonly at: number; unsaid: number }>()
  return (what, failure) => {
    const key = `${what} ${failure?.code}`
    const before = last.get(key)
    if (before && now() - before.at < pause) {
      before.unsaid++
      return
    }
    last.set(key, { at: now(), unsaid: 0 })
    const { code, message: problem, detail } = failure ?? {}
    log.warn(what, { code, problem, detail, ...(before?.unsaid ? { unsaid: before.unsaid } : {}) })
  }
}

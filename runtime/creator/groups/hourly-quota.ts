/** How many parameters were created for each namespace within the last hour; in the memory of the leader. */
import type { Clock } from '../../scheduling/clock.ts'

export type HourlyQuota = {
  /** Counts them if the limit allows them; else returns when it will. */
  readonly take: (namespace: string, count: number, limit: number) => 'taken' | { readonly at: number }
  /** So many of those that were taken were not created. */
  readonly giveBack: (namespace: string, count: number) => void
}

const hour = 3_600_000
/** From so many namespaces on, those of which nothing counts any more are looked for. */
const remembered = 1000

export function hourlyQuota(clock: Clock): HourlyQuota {
  /** The times of those that count, in order. */
  const made = new Map<string, number[]>()
  const forgetOld = (now: number) => {
    for (const [namespace, times] of made) if ((times.at(-1) ?? 0) <= now - hour) made.delete(namespace)
  }
  return {
    take(namespace, count, limit) {
      const now = clock.now()
      if (made.size >= remembered) forgetOld(now)
      const recent = (made.get(namespace) ?? []).filter((at) => at > now - hour)
      made.set(namespace, recent)
      if (recent.length + count > limit) {
        const last = recent[recent.length + count - limit - 1]
        return { at: (last ?? now) + hour }
      }
      for (let index = 0; index < count; index++) recent.push(now)
      return 'taken'
    },
    giveBack: (namespace, count) => {
      if (count > 0) made.get(namespace)?.splice(-count)
    },
  }
}

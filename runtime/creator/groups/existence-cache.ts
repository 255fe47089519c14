/** Which parameters of a group are known to exist, and until when. */
import type { Clock } from '../../scheduling/clock.ts'
import type { KnownState } from './decide-group.ts'

export type ExistenceCache = {
  readonly stateOf: (name: string) => KnownState
  /** @param exists what the store answered just now. */
  readonly note: (name: string, exists: boolean) => void
  /** What did not exist is not known any more: nothing is created because of an old answer. */
  readonly forgetAbsent: () => void
  /** Something of it turned out to be wrong: the store must be asked again for everything. */
  readonly doubt: () => void
  /** When the store must be asked again for what is known to exist. */
  readonly checkAt: () => number
  /** When what was just deleted may count as absent; in the past if nothing was. */
  readonly deletionsEnd: () => number
  readonly knownCount: () => number
}

const knownFor = 600_000
const deletionWait = 30_000

export function existenceCache({ now }: Clock, random: () => number): ExistenceCache {
  /** Until when it counts as existing. It is kept after that, to recognise a deletion. */
  const existing = new Map<string, number>()
  const absent = new Set<string>()
  const deletedAt = new Map<string, number>()
  return {
    stateOf(name) {
      if (absent.has(name)) {
        const at = deletedAt.get(name)
        return at !== undefined && now() < at + deletionWait ? 'just deleted' : 'absent'
      }
      return now() < (existing.get(name) ?? 0) ? 'exists' : 'unknown'
    },
    note(name, exists) {
      if (exists) {
        existing.set(name, now() + knownFor * (0.75 + random() / 4))
        absent.delete(name)
        deletedAt.delete(name)
        return
      }
      absent.add(name)
      if (existing.delete(name)) deletedAt.set(name, now())
    },
    forgetAbsent: () => absent.clear(),
    doubt: () => {
      absent.clear()
      for (const name of existing.keys()) existing.set(name, now())
    },
    checkAt: () => Math.min(now() + knownFor, ...existing.values()),
    deletionsEnd: () => Math.max(-Infinity, ...[...deletedAt.values()].map((at) => at + deletionWait)),
    knownCount: () => existing.size,
  }
}

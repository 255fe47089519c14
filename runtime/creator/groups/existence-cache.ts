/** Which parameters of a group are known to exist, and until when. */
import type { Clock } from '../../scheduling/clock.ts'
import type { KnownState } from './decide-group.ts'

/** @property until when it counts as existing. It is kept after that, to recognise a deletion. */
type Known = {
  readonly name: string
  until?: number | undefined
  absent: boolean
  deletedAt?: number | undefined
}

const knownFor = 600_000
const deletionWait = 30_000

/** There is one for each base name, with a few names: an array of them takes a quarter of the memory of maps. */
export class ExistenceCache {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #known: Known[] = []

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  stateOf(name: string): KnownState {
    const known = this.#find(name)
    const now = this.#clock.now()
    if (known?.absent !== true) return now < (known?.until ?? 0) ? 'exists' : 'unknown'
    const { deletedAt } = known
    return deletedAt !== undefined && now < deletedAt + deletionWait ? 'just deleted' : 'absent'
  }

  /** @param exists what the store answered just now. */
  note(name: string, exists: boolean): void {
    const now = this.#clock.now()
    const before = this.#find(name)
    const known = before ?? { name, absent: false }
    if (before === undefined) this.#known.push(known)
    known.absent = !exists
    if (exists) {
      known.until = now + knownFor * (0.75 + this.#random() / 4)
      known.deletedAt = undefined
    } else {
      if (known.until !== undefined) known.deletedAt = now
      known.until = undefined
    }
  }

  /** What did not exist is not known any more: nothing is created because of an old answer. */
  forgetAbsent(): void {
    for (const known of this.#known) known.absent = false
  }

  /** Something of it turned out to be wrong: the store must be asked again for everything. */
  doubt(): void {
    this.forgetAbsent()
    const now = this.#clock.now()
    for (const known of this.#known) if (known.until !== undefined) known.until = now
  }

  /** When the store must be asked again for what is known to exist. */
  checkAt(): number {
    return Math.min(this.#clock.now() + knownFor, ...this.#known.map(({ until = Infinity }) => until))
  }

  /** When what was just deleted may count as absent; in the past if nothing was. */
  deletionsEnd(): number {
    return Math.max(...this.#known.map(({ deletedAt = -Infinity }) => deletedAt + deletionWait))
  }

  knownCount(): number {
    let count = 0
    for (const { until } of this.#known) if (until !== undefined) count++
    return count
  }

  #find(name: string): Known | undefined {
    return this.#known.find((one) => one.name === name)
  }
}

/**
 * Keys to work on, with the guarantees of client-go's work queue: a key is worked on by one worker at a time; a key that is
 * added while it is worked on is worked on again afterwards; a key that is added several times before that is worked on once.
 * https://pkg.go.dev/k8s.io/client-go/util/workqueue
 */
import type { Clock } from './clock.ts'
import { DelayQueue } from './delay-queue.ts'
import { FairQueue } from './fair-queue.ts'

export type WorkItem = { readonly key: string; readonly namespace: string }

/**
 * When to work on the key again. `retry`: with a back-off of up to ten minutes. `retry soon`: with a back-off of up to half
 * a minute, for temporary failures, such as throttling.
 */
export type Next = { readonly at: number } | 'retry' | 'retry soon' | 'never'

type Work = (item: WorkItem) => Promise<Next>

const shortestRetry = 1000
const longestRetries = { retry: 600_000, 'retry soon': 30_000 } as const
const longestSleep = 3_600_000

export class WorkQueue {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #ready = new FairQueue<WorkItem>()
  readonly #queued = new Set<string>()
  readonly #working = new Set<string>()
  /** Added while they were worked on. */
  readonly #again = new Map<string, WorkItem>()
  readonly #later = new DelayQueue<WorkItem>()
  /** How often a key failed in a row. */
  readonly #failures = new Map<string, number>()
  /** Of workers without an item. */
  readonly #idle: (() => void)[] = []
  /** When the sleepers wake up. */
  readonly #sleeping: number[] = []

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** @param namespace the namespace whose turn the key takes. */
  add(key: string, namespace: string): void {
    this.#add({ key, namespace })
  }

  /** Returns after the signal, when the work that has begun is finished. */
  async work(workers: number, work: Work, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => {
      for (const wake of this.#idle.splice(0)) wake()
    })
    await Promise.all(Array.from({ length: workers }, () => this.#worker(work, signal)))
  }

  /** How many keys wait for a worker; those whose time has not come do not count. */
  depth(): number {
    return this.#ready.size()
  }

  #add(item: WorkItem): void {
    if (this.#working.has(item.key)) this.#again.set(item.key, item)
    else if (!this.#queued.has(item.key)) {
      this.#queued.add(item.key)
      this.#ready.push(item.namespace, item)
      this.#idle.pop()?.()
    }
  }

  #addAt(item: WorkItem, at: number): void {
    this.#later.set(item.key, at, item)
    void this.#wakeUp()
  }

  /** Sleeps until the earliest time, unless a sleeper wakes up before that anyway. */
  async #wakeUp(): Promise<void> {
    const at = this.#later.earliest()
    if (at === undefined || this.#sleeping.some((one) => one <= at)) return
    this.#sleeping.push(at)
    // A timer of Node that is set to more than 24 days fires at once.
    const wait = Math.min(Math.max(0, at - this.#clock.now()), longestSleep)
    await this.#clock.sleep(wait, { ref: false })
    this.#sleeping.splice(this.#sleeping.indexOf(at), 1)
    for (const item of this.#later.take(this.#clock.now())) this.#add(item)
    await this.#wakeUp()
  }

  #finish(item: WorkItem, next: Next): void {
    const { key } = item
    this.#working.delete(key)
    if (next === 'retry' || next === 'retry soon') {
      const count = (this.#failures.get(key) ?? 0) + 1
      this.#failures.set(key, count)
      const wait = Math.min(shortestRetry * 2 ** (count - 1), longestRetries[next])
      this.#addAt(item, this.#clock.now() + wait * (0.5 + this.#random() / 2))
    } else {
      this.#failures.delete(key)
      if (next === 'never') this.#later.delete(key)
      else this.#addAt(item, next.at)
    }
    const renewed = this.#again.get(key)
    this.#again.delete(key)
    if (renewed) this.#add(renewed)
  }

  async #worker(work: Work, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const item = this.#ready.shift()
      if (item === undefined) {
        await new Promise<void>((resolve) => this.#idle.push(resolve))
        continue
      }
      this.#queued.delete(item.key)
      this.#working.add(item.key)
      this.#finish(item, await work(item))
    }
  }
}

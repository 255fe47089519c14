/**
 * Keys to work on, with the guarantees of client-go's work queue: a key is worked on by one worker at a time; a key that is
 * added while it is worked on is worked on again afterwards; a key that is added several times before that is worked on once.
 * https://pkg.go.dev/k8s.io/client-go/util/workqueue
 */
import { failed } from '../failure.ts'
import type { Clock } from './clock.ts'
import { DelayQueue } from './delay-queue.ts'
import { FairQueue } from './fair-queue.ts'

export type WorkItem = { readonly key: string; readonly namespace: string }

/**
 * When to work on the key again. `retry`: with a back-off of up to ten minutes. `retry soon`: with a back-off of up to half
 * a minute, for temporary failures, such as throttling.
 */
export type Next = { readonly at: number } | Retry | 'never'

type Retry = 'retry' | 'retry soon'

/** @param signal is aborted, with a Failure, when there is nothing to do for the key any more: it was removed, or the queue stops. */
type Work = (item: WorkItem, signal: AbortSignal) => Promise<Next>

const shortestRetry = 1000
const longestRetries = { retry: 600_000, 'retry soon': 30_000 } as const
const longestSleep = 3_600_000
const noFailures = { retry: 0, 'retry soon': 0 } as const

type WorkLimits = {
  /** How many keys are worked on at a time. */
  readonly workers: number
  /** How many of one namespace. */
  readonly perNamespace: number
  /** Of each namespace, so many are let in above `workers` while fewer than `most` are worked on, and always one. */
  readonly reserved: number
  readonly most: number
}

/** How many keys of a namespace are worked on: none; fewer than are reserved for it; fewer than it may have; so many. */
type Level = 'idle' | 'reserved' | 'busy' | 'full'

/** Keys that are begun one after the other before the timers and the network have their turn. */
const longestBurst = 200

export class WorkQueue {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #ready = new FairQueue<WorkItem>(Infinity, (namespace) => this.#levelOf(namespace))
  /** What is in it. An item that was removed stays in the line until its turn, or until too many do. */
  readonly #queued = new Map<string, WorkItem>()
  readonly #working = new Map<string, AbortController>()
  /** By namespace: how many of its keys are worked on. */
  readonly #workingOf = new Map<string, number>()
  /** Added while they were worked on. */
  readonly #again = new Map<string, WorkItem>()
  readonly #later = new DelayQueue<WorkItem>()
  /** How often a key failed in a row, by what it failed with. */
  readonly #failures = new Map<string, Readonly<Record<Retry, number>>>()
  #limits: WorkLimits | undefined
  /** Begins what may begin. */
  #dispatch = () => {}
  #dispatching = false
  #burst = 0
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

  /** Nothing is to be done for the key any more. If it is worked on, its signal is aborted. */
  remove(key: string): void {
    this.#working.get(key)?.abort(abandoned('nothing declares it any more'))
    this.#queued.delete(key)
    this.#again.delete(key)
    this.#later.delete(key)
    this.#failures.delete(key)
    if (this.#ready.size() > 2 * this.#queued.size + longestBurst) {
      this.#ready.retain((item) => this.#queued.get(item.key) === item)
    }
  }

  /** Returns after the signal, when the work that has begun is finished. */
  work(limits: WorkLimits, work: Work, signal: AbortSignal): Promise<void> {
    this.#limits = limits
    return new Promise((resolve, reject) => {
      const begin = async (item: WorkItem, removed: AbortSignal) => {
        try {
          this.#finish(item, await work(item, removed))
        } catch (error) {
          reject(error)
        }
        this.#schedule()
      }
      this.#dispatch = () => {
        while (!signal.aborted && this.#burst < longestBurst) {
          const item = this.#next(limits)
          if (item === undefined) break
          const working = new AbortController()
          this.#working.set(item.key, working)
          this.#burst++
          void begin(item, working.signal)
        }
        if (signal.aborted && this.#working.size === 0) resolve()
        else if (this.#burst >= longestBurst) this.#schedule()
      }
      signal.addEventListener('abort', () => {
        for (const working of this.#working.values()) working.abort(abandoned('this process is stopping'))
        this.#schedule()
      })
      this.#schedule()
    })
  }

  /** How many keys wait for a worker; those whose time has not come do not count. */
  depth(): number {
    return this.#queued.size
  }

  #schedule(): void {
    if (this.#dispatching) return
    this.#dispatching = true
    const run = () => {
      this.#dispatching = false
      this.#dispatch()
    }
    if (this.#burst < longestBurst) return queueMicrotask(run)
    setImmediate(() => {
      this.#burst = 0
      run()
    })
  }

  #levelOf(namespace: string): Level {
    const count = this.#workingOf.get(namespace) ?? 0
    if (count === 0 || this.#limits === undefined) return 'idle'
    const { perNamespace, reserved } = this.#limits
    return count >= perNamespace ? 'full' : count < reserved ? 'reserved' : 'busy'
  }

  #count(namespace: string, by: number): void {
    const count = (this.#workingOf.get(namespace) ?? 0) + by
    if (count > 0) this.#workingOf.set(namespace, count)
    else this.#workingOf.delete(namespace)
    this.#ready.levelChanged(namespace)
  }

  /** The next key that may be worked on. */
  #next({ workers, most }: WorkLimits): WorkItem | undefined {
    const rooms: Readonly<Record<string, number>> = { idle: Infinity, reserved: most, busy: workers }
    const may = (level: string) => this.#working.size < (rooms[level] ?? 0)
    for (;;) {
      const item = this.#ready.shift(may)
      if (item === undefined) return undefined
      if (this.#queued.get(item.key) !== item) continue
      this.#queued.delete(item.key)
      this.#count(item.namespace, 1)
      return item
    }
  }

  #add(item: WorkItem): void {
    if (this.#working.has(item.key)) this.#again.set(item.key, item)
    else if (!this.#queued.has(item.key)) {
      this.#queued.set(item.key, item)
      this.#ready.push(item.namespace, item)
      this.#schedule()
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
    const { key, namespace } = item
    const isAbandoned = this.#working.get(key)?.signal.aborted === true
    this.#working.delete(key)
    this.#count(namespace, -1)
    if (!isAbandoned) this.#plan(item, next)
    const renewed = this.#again.get(key)
    this.#again.delete(key)
    if (renewed) this.#add(renewed)
  }

  #plan(item: WorkItem, next: Next): void {
    const { key } = item
    if (next === 'retry' || next === 'retry soon') {
      const before = this.#failures.get(key) ?? noFailures
      // Counted apart: after an hour of throttling, a first rejection must not be retried only after ten minutes.
      this.#failures.set(key, { ...before, [next]: before[next] + 1 })
      const wait = Math.min(shortestRetry * 2 ** before[next], longestRetries[next])
      this.#addAt(item, this.#clock.now() + wait * (0.5 + this.#random() / 2))
    } else {
      this.#failures.delete(key)
      if (next === 'never') this.#later.delete(key)
      else this.#addAt(item, next.at)
    }
  }
}

function abandoned(message: string): Error {
  return failed({ code: 'ABANDONED', message })
}

import type { Clock } from './clock.ts'
import { FairQueue } from './fair-queue.ts'

const recovery = 60_000
/** Calls that were sent together are throttled together: they count once. */
const oneThrottling = 1000

/** At most `perSecond` turns a second; the namespaces take turns. */
export class RateLimiter {
  readonly #perSecond: number
  readonly #clock: Clock
  readonly #waiting = new FairQueue<() => void>()
  #next = 0
  #running = false
  #lowered: { readonly to: number; readonly at: number } | undefined

  /** @param perSecond more than 0. */
  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** @param signal whoever waits for a turn leaves when it is aborted: the promise is rejected with its reason. */
  async turn(namespace: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    let leave = () => {}
    // Promise.withResolvers is not in Node 20, on which kees runs too.
    const turn = new Promise<void>((resolve, reject) => {
      leave = () => {
        if (this.#waiting.remove(namespace, resolve)) reject(signal?.reason)
      }
      this.#waiting.push(namespace, resolve)
    })
    signal?.addEventListener('abort', leave)
    if (!this.#running) void this.#run()
    await turn
    signal?.removeEventListener('abort', leave)
  }

  /** The server answered that there were too many calls: half the rate from now on, the full rate again within a minute. */
  throttled(): void {
    const now = this.#clock.now()
    if (this.#lowered && now - this.#lowered.at < oneThrottling) return
    this.#lowered = { to: Math.max(this.#current() / 2, this.#perSecond / 64), at: now }
  }

  #current(): number {
    if (this.#lowered === undefined) return this.#perSecond
    const { to, at } = this.#lowered
    return Math.min(this.#perSecond, to + (this.#perSecond * (this.#clock.now() - at)) / recovery)
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.size() > 0) {
      const now = this.#clock.now()
      if (this.#next > now) await this.#clock.sleep(this.#next - now)
      const take = this.#waiting.shift()
      if (take === undefined) break
      this.#next = Math.max(this.#next, this.#clock.now()) + 1000 / this.#current()
      take()
    }
    this.#running = false
  }
}

import type { Clock } from '../../scheduling/clock.ts'
import type { Log } from '../../log.ts'
import type { RefreshMetrics } from './refresh-metrics.ts'

/** @returns why the app could not be notified, if it could not. */
export type Notify = (now: Date) => Promise<string | undefined>

/** In milliseconds: the first delay before a failed notification is repeated. Doubled each time. */
const firstRetry = 1000
const longestRetry = 60_000

/** Notifies the app beside the refreshes, which do not wait for it: one call at a time, repeated until it succeeds. */
export class Notifier {
  readonly #notify: Notify
  readonly #metrics: RefreshMetrics
  readonly #log: Log
  readonly #clock: Clock
  #next: { readonly at: number; readonly wait: number } | undefined
  #call: Promise<void> | undefined

  constructor(
    notify: Notify,
    world: { readonly metrics: RefreshMetrics; readonly log: Log; readonly clock: Clock },
  ) {
    this.#notify = notify
    this.#metrics = world.metrics
    this.#log = world.log
    this.#clock = world.clock
  }

  /** A call that is under way may have been answered before the change: there is one more. */
  changed(): void {
    this.#next = { at: this.#clock.now(), wait: firstRetry }
  }

  /** Starts a call that is due. @returns the call that is under way, and else when the next one is due. */
  proceed(): { readonly call?: Promise<void>; readonly due?: number } {
    if (this.#call === undefined && this.#next && this.#clock.now() >= this.#next.at) {
      const { wait } = this.#next
      this.#next = undefined
      this.#call = this.#attempt(wait)
    }
    if (this.#call) return { call: this.#call }
    return this.#next ? { due: this.#next.at } : {}
  }

  async #attempt(wait: number): Promise<void> {
    const failed = await this.#notify(new Date())
    this.#call = undefined
    this.#metrics.notified(failed === undefined ? 'done' : 'failed')
    if (failed === undefined) {
      this.#log.info('the app was notified')
      return
    }
    this.#log.warn('failed to notify the app, retrying', { problem: failed })
    this.#next ??= { at: this.#clock.now() + wait, wait: Math.min(2 * wait, longestRetry) }
  }
}

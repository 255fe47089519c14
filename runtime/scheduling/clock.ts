import { setTimeout } from 'node:timers/promises'

/** The time as the programs see it, so that tests need not wait. In milliseconds. */
export type Clock = {
  readonly now: () => number
  /** With `ref: false` the sleep alone does not keep the process alive. */
  readonly sleep: (milliseconds: number, options?: { readonly ref: boolean }) => Promise<void>
}

export const clock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, options) => setTimeout(milliseconds, undefined, options),
}

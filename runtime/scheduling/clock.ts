import { setTimeout } from 'node:timers/promises'

/** The time of a program, in milliseconds; tests replace it so that they need not wait. */
export type Clock = {
  readonly now: () => number
  /** With `ref: false` the sleep does not keep the process alive. */
  readonly sleep: (milliseconds: number, options?: { readonly ref: boolean }) => Promise<void>
}

export const clock: Clock = {
  // Not `performance.now()`, for which Node loads a module of its own: a hundredth of what init takes.
  now: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds, options) => setTimeout(milliseconds, undefined, options),
}

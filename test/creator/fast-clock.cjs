/**
 * Preloaded into the creator: its waits end, and its clocks go, as many times faster as KEES_TEST_CLOCK_RATE says. The time-outs
 * of sockets stay as they are.
 */
const timers = require('node:timers/promises')
const { promisify } = require('node:util')

const rate = Number(process.env['KEES_TEST_CLOCK_RATE'])
const { Date: RealDate, setTimeout } = globalThis
const { setTimeout: sleep } = timers
const now = performance.now.bind(performance)
const begin = RealDate.now()

performance.now = () => now() * rate
timers.setTimeout = (milliseconds, ...rest) => sleep(milliseconds / rate, ...rest)
globalThis.setTimeout = Object.assign(
  (callback, milliseconds, ...rest) => setTimeout(callback, milliseconds / rate, ...rest),
  { [promisify.custom]: timers.setTimeout },
)
globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(Date.now())
    else super(...values)
  }

  static now() {
    return Math.round(begin + (RealDate.now() - begin) * rate)
  }
}

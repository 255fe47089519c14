/**
 * Preloaded into the creator: its waits end, and its clocks go, as many times faster as KEES_TEST_CLOCK_RATE says. The time-outs
 * of sockets stay as they are.
 */
import timers from 'node:timers/promises'

const rate = Number(process.env['KEES_TEST_CLOCK_RATE'])
const [sleep, now, date] = [timers.setTimeout, performance.now.bind(performance), Date.now]
const begin = date()
const fastDate = () => Math.round(begin + (date() - begin) * rate)

const fastSleep: typeof sleep = async (milliseconds = 0, value, options) =>
  sleep(milliseconds / rate, value, options)
Object.assign(timers, { setTimeout: fastSleep })
performance.now = () => now() * rate
globalThis.setTimeout = new Proxy(setTimeout, {
  apply: (target, self, [callback, milliseconds = 0, ...rest]) =>
    Reflect.apply(target, self, [callback, Number(milliseconds) / rate, ...rest]),
})
globalThis.Date = new Proxy(Date, {
  construct: (target, values) => Reflect.construct(target, values.length === 0 ? [fastDate()] : values),
  get: (target, key) => (key === 'now' ? fastDate : Reflect.get(target, key)),
})

// init --refresh without its waiting times: one round after the other. For bench/init-refresh.ts.
import * as v8 from 'node:v8'
import * as vm from 'node:vm'
import { init } from '../runtime/init/init.ts'
import { keepHeapSmall } from '../runtime/init/refresh/small-heap.ts'
import { type Clock, clock } from '../runtime/scheduling/clock.ts'

const collectGarbage = keepHeapSmall({ v8, vm })

let skipped = 0
const now = () => clock.now() + skipped
const limits = new Map<NodeJS.Timeout, { readonly at: number; readonly end: () => void }>()

/** What does not keep the process alive is a time limit; what does is the time until the next round, which is skipped. */
const impatient: Clock = {
  now,
  sleep: async (milliseconds, options) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (options?.ref === false) {
      const timer = setTimeout(resolve, milliseconds).unref()
      limits.set(timer, { at: now() + milliseconds, end: resolve })
      return await promise
    }
    skipped += milliseconds
    for (const [timer, { at, end }] of limits) {
      if (at > now()) continue
      clearTimeout(timer)
      limits.delete(timer)
      end()
    }
    await clock.sleep(1)
  },
}

const write = (text: string) => process.stderr.write(text)
void init({
  args: ['--refresh', '1m'],
  env: process.env,
  writeOut: write,
  writeError: write,
  terminationLog: '/dev/null',
  clock: impatient,
  random: Math.random,
  collectGarbage,
  memoryLimit: 0,
}).then((code) => process.exit(code))

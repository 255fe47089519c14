import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { withTimeout } from './with-timeout.ts'

t.test('a call that returns in time has its result', async (t) => {
  t.equal(await withTimeout(10_000, async () => 'value'), 'value')
  await t.rejects(
    withTimeout(10_000, () => Promise.reject(new Error('its own'))),
    { message: 'its own' },
  )
})

t.test('a call that takes too long is rejected with a TimeoutError, and its signal is aborted', async (t) => {
  let stopped = false
  const call = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => (stopped = true))
    return setTimeout(10_000, 'late', { ref: true, signal })
  }
  await t.rejects(withTimeout(20, call), { name: 'TimeoutError' })
  t.ok(stopped)
})

import { getEventListeners } from 'node:events'
import t from 'tap'
import { abortable } from './abortable.ts'

t.test('the result, or undefined as soon as the signal is aborted, and no listener is left', async (t) => {
  const { signal, abort } = controller()
  t.equal(await abortable(Promise.resolve(1), signal), 1)
  await t.rejects(abortable(Promise.reject(new Error('failed')), signal), { message: 'failed' })
  t.equal(getEventListeners(signal, 'abort').length, 0)
  const waiting = abortable(new Promise(() => {}), signal)
  abort()
  t.equal(await waiting, undefined)
  t.equal(await abortable(Promise.resolve(1), signal), undefined, 'it had come before')
})

function controller() {
  const one = new AbortController()
  return { signal: one.signal, abort: () => one.abort() }
}

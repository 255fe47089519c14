import t from 'tap'
import { failureOf } from '../failure.ts'
import { scriptedStore, virtualClock } from '../fixtures.ts'
import { readBack } from './read-back.ts'

t.test('what the store shows late is waited for', async (t) => {
  const clock = virtualClock()
  const { store } = scriptedStore(clock, (name) =>
    clock.now() < 3000 ? 'missing' : { value: `value of ${name}` },
  )
  const values = await readBack(store, ['/a', '/b'], clock)
  t.strictSame(
    [...values].map(([name, value]) => [name, value.reveal()]),
    [
      ['/a', 'value of /a'],
      ['/b', 'value of /b'],
    ],
  )
  t.equal(clock.now(), 3700)
})

t.test('what it never shows is not known, and not called missing', async (t) => {
  const clock = virtualClock()
  const { store } = scriptedStore(clock, (name) => (name === '/a' ? { value: 'a' } : 'missing'))
  const error: unknown = await readBack(store, ['/a', '/b'], clock).catch((caught: unknown) => caught)
  t.strictSame(failureOf(error), {
    code: 'UNREACHABLE',
    message: 'the store says that /b exists, and does not give it',
  })
})

t.test('a failure is passed on', async (t) => {
  const clock = virtualClock()
  const { store } = scriptedStore(clock, () => ({ code: 'ACCESS_DENIED' }))
  const error: unknown = await readBack(store, ['/a'], clock).catch((caught: unknown) => caught)
  t.match(failureOf(error), { code: 'ACCESS_DENIED' })
})

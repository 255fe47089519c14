import t from 'tap'
import { failureOf } from '../failure.ts'
import { scriptedStore, virtualClock, peer } from '../fixtures.ts'
import { readBack } from './read-back.ts'

t.test('a value that the store returns late is waited for', async (t) => {
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

t.test('a value that it never returns is a failure, not missing', async (t) => {
  const clock = virtualClock()
  const { store } = scriptedStore(clock, (name) => (name === '/a' ? { value: 'a' } : 'missing'))
  const error: unknown = await readBack(store, ['/a', '/b'], clock).catch((caught: unknown) => caught)
  t.strictSame(failureOf(error), {
    code: 'UNREACHABLE',
    message: 'the store reports that /b exists, but does not return it',
    ...peer,
  })
})

t.test('a failure of the store is passed on', async (t) => {
  const clock = virtualClock()
  const { store } = scriptedStore(clock, () => ({ code: 'ACCESS_DENIED' }))
  const error: unknown = await readBack(store, ['/a'], clock).catch((caught: unknown) => caught)
  t.match(failureOf(error), { code: 'ACCESS_DENIED' })
})

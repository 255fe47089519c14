import t from 'tap'
import { memoryStore, virtualClock } from '../fixtures.ts'
import { secretValue } from '../secret-value.ts'
import { rateLimitedStore } from './rate-limited-store.ts'

t.test('puts are rate-limited, reads are not', async (t) => {
  const clock = virtualClock()
  const { store, stored } = memoryStore()
  const times: number[] = []
  const timed: typeof store = {
    ...store,
    create: async (...args) => {
      times.push(clock.now())
      return store.create(...args)
    },
  }
  const paced = rateLimitedStore(timed, 4, clock)
  const about = { description: 'made by a test' }
  await Promise.all(['/a', '/b', '/c'].map((name) => paced.create(name, secretValue('v'), about)))
  t.strictSame(times, [0, 250, 500])
  t.equal(stored.size, 3)
  await clock.sleep(1000)
  await paced.create('/d', secretValue('v'), about)
  t.equal(times.at(-1), 1500, 'after a pause there is nothing to wait for')
  t.strictSame(await paced.exists(['/a', '/x']), new Set(['/a']))
})

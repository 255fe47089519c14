import t from 'tap'
import { virtualClock } from '../fixtures.ts'
import { rateLimiter } from './rate-limiter.ts'

t.test(
  'turns are spaced, after a pause there is nothing to wait for, and namespaces alternate',
  async (t) => {
    const clock = virtualClock()
    const paced = rateLimiter(4, clock)
    const turns: string[] = []
    const take = async (namespace: string) => {
      await paced.turn(namespace)
      turns.push(`${namespace} ${clock.now()}`)
    }
    await Promise.all(['a', 'a', 'a', 'b'].map(take))
    t.strictSame(turns, ['a 0', 'a 250', 'b 500', 'a 750'])
    await clock.sleep(10_000)
    await take('a')
    t.equal(turns.at(-1), 'a 10750')
  },
)

t.test(
  'what is throttled goes half as often, once for calls that were sent together, and recovers',
  async (t) => {
    const clock = virtualClock()
    const paced = rateLimiter(4, clock)
    const gap = async () => {
      await paced.turn('')
      const before = clock.now()
      await paced.turn('')
      return clock.now() - before
    }
    t.equal(await gap(), 250)
    await clock.sleep(1000)
    paced.throttled()
    paced.throttled()
    t.match(Math.round(await gap()), 500)
    await clock.sleep(14_000)
    const recovering = await gap()
    t.ok(recovering > 300 && recovering < 350, `${recovering} ms after a quarter of a minute`)
    await clock.sleep(60_000)
    t.equal(await gap(), 250)
  },
)

t.test('it never stops altogether', async (t) => {
  const clock = virtualClock()
  const paced = rateLimiter(4, clock)
  for (let time = 0; time < 30; time++) {
    paced.throttled()
    await clock.sleep(1000)
  }
  const before = clock.now()
  await paced.turn('')
  await paced.turn('')
  t.ok(clock.now() - before < 20_000)
})

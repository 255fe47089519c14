import t from 'tap'
import { virtualClock } from '../fixtures.ts'
import { RateLimiter } from './rate-limiter.ts'

t.test(
  'turns are evenly spaced, the first one after a pause is immediate, and namespaces alternate',
  async (t) => {
    const clock = virtualClock()
    const limiter = new RateLimiter(4, clock)
    const turns: string[] = []
    const take = async (namespace: string) => {
      await limiter.turn(namespace)
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
  'throttling halves the rate, once for calls that were sent together; the rate recovers within a minute',
  async (t) => {
    const clock = virtualClock()
    const limiter = new RateLimiter(4, clock)
    const gap = async () => {
      await limiter.turn('')
      const before = clock.now()
      await limiter.turn('')
      return clock.now() - before
    }
    t.equal(await gap(), 250)
    await clock.sleep(1000)
    limiter.throttled()
    limiter.throttled()
    t.match(Math.round(await gap()), 500)
    await clock.sleep(14_000)
    const recovering = await gap()
    t.ok(recovering > 300 && recovering < 350, `${recovering} ms after a quarter of a minute`)
    await clock.sleep(60_000)
    t.equal(await gap(), 250)
  },
)

t.test('who leaves takes no turn', async (t) => {
  const clock = virtualClock()
  const limiter = new RateLimiter(1, clock)
  const leaving = new AbortController()
  const left = Array.from({ length: 100 }, () => limiter.turn('a', leaving.signal))
  const stays = limiter.turn('b')
  await left[0]
  leaving.abort(new Error('it left'))
  for (const one of left.slice(1)) await t.rejects(one, { message: 'it left' })
  await t.rejects(limiter.turn('a', leaving.signal), { message: 'it left' })
  await stays
  t.equal(clock.now(), 1000)
  await limiter.turn('b')
  t.equal(clock.now(), 2000)
})

t.test('repeated throttling never stops the turns', async (t) => {
  const clock = virtualClock()
  const limiter = new RateLimiter(4, clock)
  for (let time = 0; time < 30; time++) {
    limiter.throttled()
    await clock.sleep(1000)
  }
  const before = clock.now()
  await limiter.turn('')
  await limiter.turn('')
  t.ok(clock.now() - before < 20_000)
})

import t from 'tap'
import { failed } from '../../failure.ts'
import { memoryStore, virtualClock } from '../../fixtures.ts'
import { existenceBatcher } from './existence-batcher.ts'
import { RateLimiter } from '../../scheduling/rate-limiter.ts'

function asker(denied: ReadonlySet<string> = new Set(), failing: () => boolean = () => false) {
  const clock = virtualClock()
  const { store, stored } = memoryStore()
  const calls: (readonly string[])[] = []
  const exists = async (names: readonly string[]) => {
    calls.push(names)
    if (failing()) throw failed({ code: 'UNREACHABLE', message: 'lost' })
    if (names.some((name) => denied.has(name))) throw failed({ code: 'ACCESS_DENIED', message: 'denied' })
    return await store.exists(names)
  }
  return { ask: existenceBatcher({ exists }, new RateLimiter(20, clock), clock), stored, calls, clock }
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `/p${index}`)

t.test('ten names of all callers are in one call, each name once', async (t) => {
  const { ask, stored, calls } = asker()
  stored.set('/p3', 'v')
  const answers = await Promise.all([...names(25), '/p3', '/p24'].map((name) => ask('n', name)))
  t.strictSame(
    calls.map((call) => call.length),
    [10, 10, 5],
  )
  t.strictSame(
    answers.flatMap((answer, index) => (answer === 'exists' ? [index] : [])),
    [3, 25],
  )
})

t.test('a large namespace does not delay a small one', async (t) => {
  const { ask, calls } = asker()
  const all = names(200).map((name) => ask('large', name))
  await Promise.all([...all, ask('small', '/small')])
  t.ok(calls[0]?.includes('/small') || calls[1]?.includes('/small'))
})

t.test('one denied name does not affect the others, and has its own call from then on', async (t) => {
  const { ask, calls } = asker(new Set(['/p2']))
  const answers = await Promise.all(names(10).map((name) => ask('n', name)))
  t.match(answers[2], { code: 'ACCESS_DENIED' })
  t.equal(answers.filter((answer) => answer === 'absent').length, 9)
  calls.length = 0
  await Promise.all(names(10).map((name) => ask('n', name)))
  t.strictSame(
    calls.map((call) => call.length).toSorted((a, b) => a - b),
    [1, 9],
  )
})

t.test('a failed call is a failure for each of its names', async (t) => {
  let broken = true
  const { ask } = asker(new Set(), () => broken)
  t.match(await ask('n', '/a'), { code: 'UNREACHABLE' })
  broken = false
  t.equal(await ask('n', '/a'), 'absent')
})

t.test('the calls keep to the rate limit', async (t) => {
  const { ask, clock } = asker()
  await Promise.all(names(200).map((name) => ask('n', name)))
  t.ok(clock.now() >= 950 && clock.now() < 1100, `${clock.now()} ms for 20 calls`)
})

t.test('a bug rejects all requests that wait', async (t) => {
  const clock = virtualClock()
  const ask = existenceBatcher(
    { exists: () => Promise.reject(new TypeError('a bug')) },
    new RateLimiter(20, clock),
    clock,
  )
  await t.rejects(ask('n', '/a'), { message: 'a bug' })
})

t.test('names of one namespace that are denied delay those of another by two calls', async (t) => {
  const denied = new Set(Array.from({ length: 1000 }, (_, index) => `/evil${index}`))
  const { ask, clock } = asker(denied)
  const all = [...denied].map((name) => ask('evil', name))
  await clock.sleep(1000)
  for (let index = 0; index < 5; index++) {
    const before = clock.now()
    t.equal(await ask('shop', `/shop${index}`), 'absent')
    t.ok(clock.now() - before <= 300, `${clock.now() - before} ms, at 50 ms a call`)
  }
  await Promise.all(all)
})

import t from 'tap'
import { triesMany } from '../../../api/test-effort.ts'
import { failed } from '../../failure.ts'
import { memoryStore, virtualClock, peer } from '../../fixtures.ts'
import { existenceBatcher } from './existence-batcher.ts'
import { RateLimiter } from '../../scheduling/rate-limiter.ts'

function asker(denied: ReadonlySet<string> = new Set(), failing: () => boolean = () => false) {
  const clock = virtualClock()
  const { store, stored } = memoryStore()
  const calls: (readonly string[])[] = []
  const exists = async (names: readonly string[]) => {
    calls.push(names)
    if (failing()) throw failed({ code: 'UNREACHABLE', message: 'lost', ...peer })
    if (names.some((name) => denied.has(name)))
      throw failed({ code: 'ACCESS_DENIED', message: 'denied', ...peer })
    return await store.exists(names)
  }
  return { ask: existenceBatcher({ exists }, new RateLimiter(20, clock), clock), stored, calls, clock }
}

/** It is never aborted. */
const wanted = new AbortController().signal
const names = (count: number) => Array.from({ length: count }, (_, index) => `/p${index}`)

t.test('ten names of all callers are in one call, each name once', async (t) => {
  const { ask, stored, calls } = asker()
  stored.set('/p3', 'v')
  const answers = await Promise.all([...names(25), '/p3', '/p24'].map((name) => ask('n', name, wanted)))
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
  const all = names(200).map((name) => ask('large', name, wanted))
  await Promise.all([...all, ask('small', '/small', wanted)])
  t.ok(calls[0]?.includes('/small') || calls[1]?.includes('/small'))
})

t.test('one denied name does not affect the others, and has its own call from then on', async (t) => {
  const { ask, calls } = asker(new Set(['/p2']))
  const answers = await Promise.all(names(10).map((name) => ask('n', name, wanted)))
  t.match(answers[2], { code: 'ACCESS_DENIED' })
  t.equal(answers.filter((answer) => answer === 'absent').length, 9)
  calls.length = 0
  await Promise.all(names(10).map((name) => ask('n', name, wanted)))
  t.strictSame(
    calls.map((call) => call.length).toSorted((a, b) => a - b),
    [1, 9],
  )
})

t.test('a failed call is a failure for each of its names', async (t) => {
  let broken = true
  const { ask } = asker(new Set(), () => broken)
  t.match(await ask('n', '/a', wanted), { code: 'UNREACHABLE' })
  broken = false
  t.equal(await ask('n', '/a', wanted), 'absent')
})

t.test('a name that nobody wants to know any more is not asked for', async (t) => {
  const { ask, calls, clock } = asker(new Set(['/p0']))
  await Promise.all(names(10).map((name) => ask('n', name, wanted)))
  calls.length = 0
  const unwanted = new AbortController()
  const answers = Promise.all(names(100).map((name) => ask('n', name, unwanted.signal)))
  unwanted.abort(failed({ code: 'ABANDONED', message: 'nobody wants it' }))
  for (const answer of [...(await answers), await ask('n', '/p0', unwanted.signal)])
    t.match(answer, { code: 'ABANDONED' })
  await clock.sleep(10_000)
  t.strictSame(calls, [])
  t.match(await ask('n', '/p0', wanted), { code: 'ACCESS_DENIED' })
  t.equal(await ask('n', '/p1', wanted), 'absent')
})

t.test('a name that the store refused is not asked for either', async (t) => {
  const { ask, calls, clock } = asker(new Set(names(100)))
  await Promise.all(names(100).map((name) => ask('n', name, wanted)))
  calls.length = 0
  const unwanted = new AbortController()
  const answers = Promise.all(names(100).map((name) => ask('n', name, unwanted.signal)))
  await clock.sleep(1000)
  unwanted.abort(failed({ code: 'ABANDONED', message: 'nobody wants it' }))
  const codes = (await answers).map((answer) => typeof answer === 'object' && answer.code)
  t.ok(codes.filter((code) => code === 'ABANDONED').length > 50)
  const before = calls.length
  await clock.sleep(10_000)
  t.ok(calls.length <= before + 1)
})

t.test('the calls keep to the rate limit', async (t) => {
  const { ask, clock } = asker()
  await Promise.all(names(200).map((name) => ask('n', name, wanted)))
  t.ok(clock.now() >= 950 && clock.now() < 1100, `${clock.now()} ms for 20 calls`)
})

t.test('a bug rejects all requests that wait', async (t) => {
  const clock = virtualClock()
  const ask = existenceBatcher(
    { exists: () => Promise.reject(new TypeError('a bug')) },
    new RateLimiter(20, clock),
    clock,
  )
  await t.rejects(ask('n', '/a', wanted), { message: 'a bug' })
})

t.test('names of one namespace that are denied delay those of another by two calls', async (t) => {
  const denied = new Set(Array.from({ length: triesMany ? 1000 : 200 }, (_, index) => `/evil${index}`))
  const { ask, clock } = asker(denied)
  const all = [...denied].map((name) => ask('evil', name, wanted))
  await clock.sleep(1000)
  for (let index = 0; index < 5; index++) {
    const before = clock.now()
    t.equal(await ask('shop', `/shop${index}`, wanted), 'absent')
    t.ok(clock.now() - before <= 300, `${clock.now() - before} ms, at 50 ms a call`)
  }
  await Promise.all(all)
})

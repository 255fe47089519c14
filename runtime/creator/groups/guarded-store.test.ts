import t from 'tap'
import { failed, failureOf } from '../../failure.ts'
import { memoryStore, virtualClock, peer } from '../../fixtures.ts'
import type { ParameterStore } from '../../store/parameter-store.ts'
import { secretValue } from '../../secret-value.ts'
import { guardedStore } from './guarded-store.ts'
import { RateLimiter } from '../../scheduling/rate-limiter.ts'

const value = secretValue('v')
const about = { description: 'made by a test' }

function world(wrap: (store: ParameterStore) => ParameterStore = (store) => store) {
  const clock = virtualClock()
  const { store, stored } = memoryStore()
  const stop = new AbortController()
  const calls: string[] = []
  const state = { leads: true }
  const guarded = guardedStore(wrap(store), {
    puts: new RateLimiter(1, clock),
    reads: new RateLimiter(1, clock),
    leads: () => state.leads,
    called: (operation, failure) => calls.push(failure ? `${operation} ${failure.code}` : operation),
  })
  return { ...guarded, clock, stored, stop, calls, state }
}

const codeOf = async (work: Promise<unknown>) =>
  failureOf(await work.then(String, (error: unknown) => error))?.code

t.test('calls are counted, and keep to the rate limits', async (t) => {
  const { clock, calls, stop, ...store } = world()
  const own = store.for('n', stop.signal)
  await own.create('/a', value, about)
  await own.create('/b', value, about)
  t.equal(clock.now(), 1000)
  await own.get([{ name: '/a' }])
  await own.exists(['/a'])
  await store.existence.exists(['/a'])
  t.strictSame(calls, ['create', 'create', 'get', 'exists', 'exists'])
})

t.test('a replica that is no longer the leader does not call, even after its turn came', async (t) => {
  const { stored, calls, state, stop, ...store } = world()
  const own = store.for('n', stop.signal)
  await own.create('/a', value, about)
  const waiting = own.create('/b', value, about)
  state.leads = false
  t.equal(await codeOf(waiting), 'ABANDONED')
  t.equal(await codeOf(store.existence.exists(['/a'])), 'ABANDONED')
  t.strictSame([...stored.keys()], ['/a'])
  t.strictSame(calls, ['create'])
})

t.test(
  'after the signal, a group that was begun is completed, and the others are left at once',
  async (t) => {
    const { clock, stored, stop, ...store } = world()
    const begun = store.for('n', stop.signal)
    await begun.create('/a_consumer', value, about)
    const other = codeOf(store.for('n', stop.signal).create('/other', value, about))
    const reading = codeOf(store.for('n', stop.signal).get([{ name: '/a_consumer' }]))
    stop.abort(failed({ code: 'ABANDONED', message: 'a test' }))
    const at = clock.now()
    t.equal(await other, 'ABANDONED')
    await reading
    t.equal(clock.now(), at, 'without waiting for its turn')
    await begun.create('/a_provider', value, about)
    t.strictSame([...stored.keys()], ['/a_consumer', '/a_provider'])
  },
)

t.test('throttling lowers the rate', async (t) => {
  const throttled = () => Promise.reject(failed({ code: 'THROTTLED', message: 'too often', ...peer }))
  const { clock, calls, stop, ...store } = world((plain) => ({ ...plain, create: throttled }))
  const own = store.for('n', stop.signal)
  t.equal(await codeOf(own.create('/a', value, about)), 'THROTTLED')
  await codeOf(own.create('/a', value, about))
  const before = clock.now()
  await codeOf(own.create('/a', value, about))
  t.ok(clock.now() - before > 1500)
  t.strictSame([...new Set(calls)], ['create THROTTLED'])
})

t.test('it never replaces a parameter', async (t) => {
  await t.rejects(world().for('n', new AbortController().signal).replace('/a', value), {
    message: /never replaces/,
  })
})

/** Fetching from the strict Parameter Store, in virtual time. */
import t from 'tap'
import { type FakeSsmOptions, makeFakeSsm } from '../fake-ssm/fake-ssm.ts'
import { type Fault, faultsByChance, internalError, seededRandom } from '../fake-ssm/faults.ts'
import { type VirtualOptions, virtualReader } from '../fake-ssm/virtual-reader.ts'
import { share } from '../../api/test-effort.ts'
import { fetchParameters } from './fetch-parameters.ts'
import { virtualClock } from '../fixtures.ts'
import { formatRef, type ParameterRef } from './parameter-store.ts'
import type { FetchLimits } from './pending-requests.ts'

type Given = {
  readonly refs: readonly ParameterRef[]
  readonly missingWait?: number
  readonly limits?: Partial<FetchLimits>
  readonly stored: Readonly<Record<string, readonly string[]>>
  readonly ssm?: (now: () => number) => FakeSsmOptions
  readonly way?: VirtualOptions
  /** Done to the store at a time. */
  readonly later?: readonly [at: number, act: (put: (name: string, value: string) => number) => void]
  readonly random?: () => number
}

async function run({ refs, missingWait = 120_000, limits, stored, ssm, way, later, random }: Given) {
  const clock = virtualClock()
  const fake = makeFakeSsm({ now: clock.now, ...ssm?.(clock.now) })
  for (const [name, values] of Object.entries(stored)) for (const value of values) fake.put(name, value)
  const { reader, calls } = virtualReader(fake, clock, way)
  if (later) void clock.sleep(later[0]).then(() => later[1](fake.put))
  const { found, unfetched } = await fetchParameters(
    reader,
    refs.map((ref) => ({ ref, missingWait })),
    { deadline: 300_000, deniedWait: 30_000, ...limits },
    { clock, random: random ?? (() => 0.5) },
  )
  return {
    found: Object.fromEntries([...found].map(([key, { value }]) => [key, value.reveal()])),
    failed: Object.fromEntries(
      unfetched.map(({ ref, failure, shared }) => [formatRef(ref), { ...failure, shared }]),
    ),
    calls,
    took: clock.now(),
  }
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `/app/p${index}`)
const storedOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, [`value of ${name}`]]))
const valuesOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `value of ${name}`]))
const refsOf = (names: readonly string[]) => names.map((name) => ({ name }))

t.test('25 parameters are three calls, even if parameters are wanted more than once', async (t) => {
  const names = many(25)
  const { found, calls } = await run({
    refs: refsOf([...names, ...names.toReversed()]),
    stored: storedOf(names),
  })
  t.strictSame(found, valuesOf(names))
  t.strictSame(
    calls.map((call) => call.names.length),
    [10, 10, 5],
  )
})

t.test(
  'versions and labels are matched by selector, and two selectors of one name never share a call',
  async (t) => {
    const selectors = ['1', '2', 'blue', undefined]
    const refs = selectors.map((selector) => ({
      name: '/a',
      ...(selector === undefined ? {} : { selector }),
    }))
    const clock = virtualClock()
    const fake = makeFakeSsm({ now: clock.now })
    for (const value of ['first', 'second', 'third']) fake.put('/a', value)
    fake.stored.label('/a', 1, 'blue')
    const { reader, calls } = virtualReader(fake, clock)
    const { found, unfetched } = await fetchParameters(
      reader,
      [...refs, { name: '/b', selector: '7' }].map((ref) => ({ ref, missingWait: 0 })),
      { deadline: 300_000, deniedWait: 0 },
      { clock, random: Math.random },
    )
    t.strictSame([...found].map(([key, { value }]) => `${key} ${value.reveal()}`).toSorted(), [
      '/a third',
      '/a:1 first',
      '/a:2 second',
      '/a:blue first',
    ])
    t.match(unfetched, [{ ref: { name: '/b', selector: '7' }, failure: { code: 'MISSING' } }])
    // The strict store would have refused the call.
    t.equal(calls.length, 4)
  },
)

t.test('a new parameter becomes visible later, and only it is requested again', async (t) => {
  const names = many(12)
  const { found, calls } = await run({
    refs: refsOf(names),
    stored: storedOf(names.slice(1)),
    ssm: () => ({ lag: (name) => (name === '/app/p0' ? 5000 : 0) }),
    later: [4000, (put) => put('/app/p0', 'value of /app/p0')],
  })
  t.strictSame(found, valuesOf(names))
  for (const call of calls.slice(2)) t.strictSame(call.names, ['/app/p0'])
  t.ok(calls.length > 4)
})

const denied = ['/app/p1', '/app/p13']
const kms = ['/app/p7']
const rights = (now: () => number, from = Infinity): FakeSsmOptions => ({
  denied: ({ action, name }) =>
    now() < from &&
    ((action === 'ssm:GetParameters' && denied.includes(name)) ||
      (action === 'kms:Decrypt' && kms.includes(name))),
})

t.test('denied parameters are named, with IAM or KMS and the role in use', async (t) => {
  const names = many(25)
  const { found, failed, calls, took } = await run({
    refs: refsOf(names),
    stored: storedOf(names),
    ssm: (now) => rights(now),
  })
  t.strictSame(Object.keys(found).length, 22)
  t.match(failed, {
    '/app/p1': { code: 'ACCESS_DENIED', deniedBy: 'IAM', role: 'cluster-app-role', shared: false },
    '/app/p7': { code: 'ACCESS_DENIED', deniedBy: 'KMS', role: 'cluster-app-role', shared: false },
    '/app/p13': { code: 'ACCESS_DENIED', deniedBy: 'IAM', role: 'cluster-app-role', shared: false },
  })
  t.equal(Object.keys(failed).length, 3)
  t.equal(took, 30_000)
  const later = calls.slice(3 + 20)
  t.ok(
    later.slice(0, -3).every((call) => call.names.length === 3),
    'together while the right may spread',
  )
  t.strictSame(
    later.slice(-3).map((call) => call.names.length),
    [1, 1, 1],
    'each alone in the end',
  )
})

t.test('a permission that arrives within the wait is enough', async (t) => {
  const names = many(25)
  const { found, failed } = await run({
    refs: refsOf(names),
    stored: storedOf(names),
    ssm: (now) => rights(now, 20_000),
  })
  t.strictSame([found, failed], [valuesOf(names), {}])
})

t.test(
  'of several denied parameters, one that is granted at the end is not reported as denied',
  async (t) => {
    const { found, failed } = await run({
      refs: refsOf(['/a', '/b']),
      stored: storedOf(['/a', '/b']),
      ssm: (now) => ({ denied: ({ name }) => name === '/a' || now() < 9000 }),
    })
    t.strictSame(found, valuesOf(['/b']))
    t.strictSame(Object.keys(failed), ['/a'])
  },
)

t.test('rejected credentials are not attributed to one name', async (t) => {
  const expired: Fault = { kind: 'error', status: 400, type: 'ExpiredTokenException' }
  const { failed, calls, took } = await run({
    refs: refsOf(many(10)),
    stored: {},
    way: { fault: () => expired },
  })
  t.equal(took, 30_000)
  t.ok(Object.values(failed).every(({ code }) => code === 'CREDENTIALS_REFUSED'))
  t.ok(
    calls.every((call) => call.names.length === 10),
    'they are not asked for alone',
  )
})

t.test('throttling only delays', async (t) => {
  const names = many(100)
  const { found, calls, took } = await run({
    refs: refsOf(names),
    stored: storedOf(names),
    ssm: () => ({ readsPerSecond: 2 }),
    random: seededRandom(1),
  })
  t.strictSame(found, valuesOf(names))
  t.ok(took < 60_000, `${took} ms, ${calls.length} calls`)
})

t.test('the cause of an unreachable store is reported for each name', async (t) => {
  const { failed, took } = await run({
    refs: refsOf(many(3)),
    stored: {},
    way: { fault: () => ({ kind: 'reset' }) },
    limits: { deadline: 20_000 },
  })
  t.equal(took, 20_000)
  for (const failure of Object.values(failed))
    t.match(failure, { code: 'UNREACHABLE', host: 'fake', detail: 'lost' })
  t.equal(Object.keys(failed).length, 3)
})

t.test('with random faults, the values are correct or the failure is reported', async (t) => {
  const names = [...many(23), '/late']
  const seeds = share(200)
  let [complete, spoilt] = [0, 0]
  for (let seed = 1; seed <= seeds; seed++) {
    const chance = faultsByChance(seed, [
      [0.1, { kind: 'reset' }],
      [0.1, { kind: 'malformed', body: '{"Parameters":[{"Name":"/app/p0","Value":"x","Version":1}]}' }],
      [0.1, internalError],
      [0.1, { kind: 'error', status: 400, type: 'ThrottlingException' }],
      [0.1, { kind: 'hang' }],
    ])
    const fault = () => {
      const one = chance()
      if (one) spoilt++
      return one
    }
    const { found, failed } = await run({
      refs: refsOf(names),
      stored: storedOf(many(23)),
      way: { fault, takes: 50 },
      later: [3000, (put) => put('/late', 'value of /late')],
      random: seededRandom(seed),
    })
    for (const [name, value] of Object.entries(found)) {
      if (value !== `value of ${name}`) t.equal(value, `value of ${name}`, `seed ${seed}`)
    }
    if (Object.keys(failed).length === 0) complete++
    else t.strictSame(failed, {}, `seed ${seed}`)
  }
  t.equal(complete, seeds)
  t.ok(spoilt > seeds * 2.5, `${spoilt} calls were spoilt`)
})

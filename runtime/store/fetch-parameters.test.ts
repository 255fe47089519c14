import t from 'tap'
import { noSecrets, readBoth } from './both-services.ts'
import { fetchParameters, type FetchProgress } from './fetch-parameters.ts'
import { type ScriptedAnswer, scriptedStore, virtualClock } from '../fixtures.ts'
import { formatRef, type ParameterRef } from './parameter-store.ts'
import type { FetchLimits, Wanted } from './pending-requests.ts'

const limits: FetchLimits = { deadline: 300_000, deniedWait: 30_000 }
const dynamic = (name: string): Wanted => ({ ref: { name }, missingWait: 120_000 })
const reference = (ref: ParameterRef): Wanted => ({ ref, missingWait: 10_000 })

type Run = {
  readonly wanted: readonly Wanted[]
  readonly said: (parameter: string, at: number) => ScriptedAnswer
  readonly limits?: FetchLimits
  readonly random?: number
  /** How long a call takes. */
  readonly takes?: number
}

async function run(given: Run) {
  const clock = virtualClock()
  const progress: (FetchProgress & { readonly at: number })[] = []
  const { store, calls } = scriptedStore(
    clock,
    (parameter) => given.said(parameter, clock.now()),
    given.takes,
  )
  const fetched = await fetchParameters(readBoth(store, noSecrets), given.wanted, given.limits ?? limits, {
    clock,
    random: () => given.random ?? 0,
    progress: (one) => progress.push({ ...one, at: clock.now() }),
  })
  return {
    found: Object.fromEntries([...fetched.found].map(([key, { value }]) => [key, value.reveal()])),
    failed: Object.fromEntries(fetched.unfetched.map(({ ref, failure }) => [formatRef(ref), failure.code])),
    calls,
    progress,
    took: clock.now(),
  }
}

const value = (parameter: string): ScriptedAnswer => ({ value: `value of ${parameter}` })
const from =
  (time: number, before: ScriptedAnswer, after: (parameter: string) => ScriptedAnswer = value) =>
  (parameter: string, at: number): ScriptedAnswer =>
    at >= time ? after(parameter) : before

t.test('without wanted parameters there is no call', async (t) => {
  const { found, failed, calls, took } = await run({ wanted: [], said: value })
  t.strictSame([found, failed, calls, took], [{}, {}, [], 0])
})

t.test(
  'each parameter is requested once, ten a call, and never two selectors of a name in a call',
  async (t) => {
    const names = Array.from({ length: 23 }, (_, index) => `/n${index}`)
    const pinned: readonly ParameterRef[] = [
      { name: '/n0', selector: '3' },
      { name: '/n0', selector: 'blue' },
    ]
    const wanted = [
      ...names.map(dynamic),
      ...pinned.map(reference),
      ...names.map((name) => reference({ name })),
    ]
    const { found, failed, calls } = await run({ wanted, said: value })
    const all = [...names, '/n0:3', '/n0:blue']
    t.strictSame(found, Object.fromEntries(all.map((one) => [one, `value of ${one}`])))
    t.strictSame(failed, {})
    t.strictSame(
      calls.map((call) => call.names.length),
      [10, 10, 4, 1],
    )
    t.strictSame(calls.flatMap((call) => call.names).toSorted(), all.toSorted())
    for (const call of calls) t.ok(call.names.filter((one) => /^\/n0(:|$)/.test(one)).length <= 1)
  },
)

t.test('five calls run in parallel', async (t) => {
  const wanted = Array.from({ length: 60 }, (_, index) => dynamic(`/n${index}`))
  const { calls, took } = await run({ wanted, said: value, takes: 100 })
  t.strictSame(
    calls.map(({ at }) => at),
    [0, 0, 0, 0, 0, 100],
  )
  t.equal(took, 200)
})

t.test('only missing parameters are requested again', async (t) => {
  const said = (name: string, at: number) =>
    name === '/late' ? from(1500, 'missing')(name, at) : value(name)
  const { found, calls } = await run({ wanted: [dynamic('/a'), dynamic('/late'), dynamic('/b')], said })
  t.strictSame(Object.keys(found).toSorted(), ['/a', '/b', '/late'])
  t.strictSame(
    calls.slice(1).map(({ names }) => names),
    [['/late'], ['/late']],
  )
})

t.test('a denied name does not fail the others of its call', async (t) => {
  const names = ['/a', '/denied', '/b', '/late']
  const said = (name: string, at: number): ScriptedAnswer => {
    if (name === '/denied') return { code: 'ACCESS_DENIED' }
    return name === '/late' ? from(500, 'missing')(name, at) : value(name)
  }
  const { found, failed, calls } = await run({
    wanted: names.map(dynamic),
    said,
    limits: { ...limits, deniedWait: 2000 },
  })
  t.strictSame(Object.keys(found).toSorted(), ['/a', '/b', '/late'])
  t.match(failed, { '/denied': 'ACCESS_DENIED' })
  t.strictSame(
    calls.slice(0, 5).map((call) => call.names),
    [names, ['/a'], ['/denied'], ['/b'], ['/late']],
  )
  for (const call of calls.slice(5)) t.equal(call.names.length, 1, 'denied names are requested one by one')
})

const waits: readonly (readonly [title: string, random: number, at: readonly number[]])[] = [
  ['at least a second', 0, [0, 1000, 2000, 3000, 4000]],
  ['at most a bound that doubles up to 15 s', 1, [0, 2000, 6000, 14_000, 29_000, 44_000, 59_000]],
  ['in the middle in between', 0.5, [0, 1500, 4000, 8500, 16_500, 24_500]],
]
for (const [title, random, at] of waits) {
  t.test(`the waits are uniformly random: ${title}`, async (t) => {
    const { calls } = await run({ wanted: [dynamic('/a')], said: () => 'missing', random })
    t.strictSame(
      calls.slice(0, at.length).map((call) => call.at),
      at,
    )
  })
}

type Ending = readonly [title: string, said: Run['said'], wanted: Wanted, code: string, took: number]
const only = (said: ScriptedAnswer) => () => said
const endings: readonly Ending[] = [
  [
    'a DYNAMIC one that is missing is waited for as long as it may be in the making',
    only('missing'),
    dynamic('/a'),
    'MISSING',
    120_000,
  ],
  [
    'another that is missing is waited for a little',
    only('missing'),
    reference({ name: '/a' }),
    'MISSING',
    10_000,
  ],
  [
    'one version that is missing too',
    only('missing'),
    reference({ name: '/a', selector: '3' }),
    'MISSING',
    10_000,
  ],
  [
    'a denied one is waited for as long as rights need to spread',
    only({ code: 'ACCESS_DENIED' }),
    dynamic('/a'),
    'ACCESS_DENIED',
    30_000,
  ],
  ['so are credentials', only({ code: 'CREDENTIALS_MISSING' }), dynamic('/a'), 'CREDENTIALS_MISSING', 30_000],
  [
    'a throttled call is repeated to the deadline',
    only({ code: 'THROTTLED' }),
    reference({ name: '/a' }),
    'THROTTLED',
    300_000,
  ],
  [
    'so is one that did not reach the store',
    only({ code: 'UNREACHABLE' }),
    dynamic('/a'),
    'UNREACHABLE',
    300_000,
  ],
  [
    'so is one with an answer that is none',
    only({ code: 'BAD_ANSWER' }),
    dynamic('/a'),
    'BAD_ANSWER',
    300_000,
  ],
  [
    'what a person has to mend is not repeated',
    only({ code: 'SELECTOR_UNSUPPORTED' }),
    dynamic('/a'),
    'SELECTOR_UNSUPPORTED',
    0,
  ],
  ['a refusal neither', only({ code: 'REFUSED' }), dynamic('/a'), 'REFUSED', 0],
  [
    'the wait for a missing one begins when it is first called missing',
    from(100_000, { code: 'UNREACHABLE' }, only('missing')),
    reference({ name: '/a' }),
    'MISSING',
    110_000,
  ],
]
for (const [title, said, wanted, code, took] of endings) {
  t.test(title, async (t) => {
    const result = await run({ wanted: [wanted], said })
    t.strictSame(result.found, {})
    t.strictSame(result.failed, { [formatRef(wanted.ref)]: code })
    t.equal(result.took, took)
    t.ok(took === 300_000 || result.calls.at(-1)?.at === took, 'the last question is at the end of the wait')
  })
}

const recoveries: readonly (readonly [title: string, before: ScriptedAnswer])[] = [
  ['missing', 'missing'],
  ['denied', { code: 'ACCESS_DENIED' }],
  ['without credentials', { code: 'CREDENTIALS_MISSING' }],
  ['throttled', { code: 'THROTTLED' }],
  ['unreachable', { code: 'UNREACHABLE' }],
]
for (const [title, before] of recoveries) {
  t.test(`what was ${title} for five seconds is found`, async (t) => {
    const { found, failed } = await run({ wanted: [dynamic('/a')], said: from(5000, before) })
    t.strictSame(found, { '/a': 'value of /a' })
    t.strictSame(failed, {})
  })
}

t.test('a parameter that is given up does not stop the others, and each has its own failure', async (t) => {
  const said = (name: string, at: number) =>
    name === '/late' ? from(20_000, 'missing')(name, at) : 'missing'
  const { found, failed, took } = await run({
    wanted: [reference({ name: '/never' }), dynamic('/late')],
    said,
  })
  t.strictSame(found, { '/late': 'value of /late' })
  t.strictSame(failed, { '/never': 'MISSING' })
  t.equal(took, 20_000)
})

t.test('a parameter that is wanted twice has the longer wait', async (t) => {
  const wanted = [dynamic('/a'), reference({ name: '/a' })]
  t.equal((await run({ wanted, said: only('missing') })).took, 120_000)
})

t.test('the deadline also ends running calls', async (t) => {
  const { failed, took } = await run({ wanted: [dynamic('/a')], said: value, takes: 999_000 })
  t.strictSame(failed, { '/a': 'UNREACHABLE' })
  t.equal(took, 300_000)
})

t.test('a deadline shorter than the waits reports the last failure', async (t) => {
  const { failed, took } = await run({
    wanted: [dynamic('/a'), reference({ name: '/b' })],
    said: only('missing'),
    limits: { deadline: 4500, deniedWait: 30_000 },
  })
  t.strictSame(failed, { '/a': 'MISSING', '/b': 'MISSING' })
  t.equal(took, 4500)
})

t.test('progress is reported every ten seconds', async (t) => {
  const said = (name: string, at: number) =>
    name === '/late' ? from(35_000, 'missing')(name, at) : value(name)
  const { progress } = await run({ wanted: [dynamic('/a'), dynamic('/late')], said })
  t.strictSame(
    progress.map(({ at, found, open }) => [
      at,
      found,
      open.map(({ ref, failure }) => [ref.name, failure.code]),
    ]),
    [10_000, 20_000, 30_000].map((at) => [at, 1, [['/late', 'MISSING']]]),
  )
})

t.test('a bug in the store is thrown, not reported as a failure', async (t) => {
  const said = () => {
    throw new TypeError('a bug')
  }
  await t.rejects(run({ wanted: [dynamic('/a')], said }), { message: 'a bug' })
})

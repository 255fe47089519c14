import t from 'tap'
import { parseStoragePolicy, type StoragePolicy } from '../../../api/storage/storage-policy.ts'
import type { Annotation } from '../../../api/pod/pod-annotations.ts'
import { failed, type FailureCode } from '../../failure.ts'
import { type Fault, memoryStore, virtualClock, peer } from '../../fixtures.ts'
import { openLog } from '../../log.ts'
import type { ParameterStore } from '../../store/parameter-store.ts'
import { existenceBatcher } from './existence-batcher.ts'
import { generate } from '../../groups/generate.ts'
import { hourlyQuota } from './hourly-quota.ts'
import { indexOf } from '../fixtures.ts'
import { tenants } from '../claims/tenants.ts'
import { RateLimiter } from '../../scheduling/rate-limiter.ts'
import { groupReconciler } from './reconcile-groups.ts'
import { WorkQueue } from '../../scheduling/work-queue.ts'

const minute = 60_000
const random: Annotation = ['secret.bsycorp.com/t_consumer', 'kind=DYNAMIC,type=RANDOM,size=128']
const password = (name: string): Annotation => [
  `secret.bsycorp.com/${name}`,
  'kind=DYNAMIC,type=PASSWORD,size=128',
]

/** A creator without a cluster: pods are declared, time passes, and what it stored and recorded is checked. */
function world(
  options: {
    policy?: StoragePolicy
    fault?: () => Fault
    wrap?: (store: ParameterStore) => ParameterStore
  } = {},
) {
  const clock = virtualClock()
  const { store: plain, stored } = memoryStore(options.fault)
  const store = options.wrap?.(plain) ?? plain
  const recorded: string[] = []
  const latencies: number[] = []
  const queue = new WorkQueue(clock, () => 0.5)
  const index = indexOf({
    policy: options.policy,
    now: clock.now,
    claimsChanged: (baseName, namespace) => queue.add(baseName, namespace),
  })
  const reads = new RateLimiter(1000, clock)
  const reconciler = groupReconciler({
    clock,
    random: () => 1,
    index,
    ask: existenceBatcher(store, reads, clock),
    storeFor: () => store,
    generateFor: () => generate,
    quota: hourlyQuota(clock),
    tenants: tenants(options.policy),
    record: ({ namespace }, { reason, message }) => {
      const line = `${namespace} ${reason}: ${message}`
      if (!recorded.includes(line)) recorded.push(line)
    },
    created: (_, __, latency) => latencies.push(latency),
    log: openLog('error', () => {}),
  })
  const stop = new AbortController()
  const done = queue.work(
    { workers: 4, perNamespace: 4, reserved: 1, most: 100 },
    ({ key }, signal) => reconciler.reconcile(key, signal),
    stop.signal,
  )
  t.teardown(async () => {
    stop.abort()
    await done
  })
  const sink = index.sink()
  let pods = 0
  const declare = (namespace: string, ...annotations: readonly Annotation[]) => {
    const name = `pod-${pods++}`
    const pod = { uid: name, namespace, name, version: '1', createdAt: pods, terminating: false, annotations }
    sink.seen(pod)
    return () => sink.gone(pod)
  }
  return {
    clock,
    stored,
    recorded,
    latencies,
    declare,
    reconciler,
    wait: (time: number) => clock.sleep(time),
  }
}

t.test('a declared parameter that is missing is created once, with an Event', async (t) => {
  const { stored, recorded, declare, wait, latencies, reconciler } = world()
  declare('n', random)
  declare('n', random)
  await wait(1000)
  t.equal(stored.size, 2)
  t.equal(stored.get('/t_consumer'), stored.get('/t_provider'))
  t.strictSame(recorded, ['n Created: created /t_consumer; created /t_provider'])
  t.equal(latencies.length, 1)
  t.equal(reconciler.knownParameters(), 2)
})

t.test('existing parameters are not changed, and looked up again after ten minutes', async (t) => {
  let asked = 0
  const wrap = (store: ParameterStore): ParameterStore => ({
    ...store,
    exists: async (names) => {
      asked += names.length
      return await store.exists(names)
    },
  })
  const { stored, recorded, declare, wait } = world({ wrap })
  stored.set('/a', 'old')
  declare('n', password('a'))
  declare('n', password('a'), password('b'))
  await wait(5 * minute)
  t.equal(asked, 2)
  await wait(10 * minute)
  t.ok(asked > 2 && asked <= 6)
  t.equal(stored.get('/a'), 'old')
  t.strictSame(recorded, ['n Created: created /b'])
})

t.test('a parameter that is deleted is created again, not before half a minute has passed', async (t) => {
  const { stored, declare, wait, clock } = world()
  declare('n', password('a'))
  await wait(1000)
  const first = stored.get('/a')
  stored.delete('/a')
  while (!stored.has('/a') && clock.now() < 20 * minute) await wait(1000)
  t.ok(clock.now() > 10 * minute + 30_000 && clock.now() < 11 * minute, `after ${clock.now()} ms`)
  t.not(stored.get('/a'), first)
})

t.test('a first part that is deleted is reported and not replaced', async (t) => {
  const { stored, recorded, declare, wait } = world()
  declare('n', random)
  await wait(1000)
  stored.delete('/t_consumer')
  await wait(25 * minute)
  t.strictSame([...stored.keys()], ['/t_provider'])
  t.match(recorded, [/Created/, /^n IncompleteGroup: .* has \/t_provider but lacks \/t_consumer/])
})

t.test('a part that is deleted within a minute is reported soon after the verification', async (t) => {
  const { stored, recorded, declare, wait } = world()
  declare('n', random)
  await wait(1000)
  stored.delete('/t_consumer')
  await wait(2 * minute)
  t.match(recorded.at(-1), /^n IncompleteGroup: .* lacks \/t_consumer/)
  t.notOk(stored.has('/t_consumer'))
})

t.test('a stale answer does not make a group incomplete', async (t) => {
  let stale = true
  const wrap = (store: ParameterStore): ParameterStore => ({
    ...store,
    exists: async (names) => {
      const all = await store.exists(names)
      return stale ? new Set([...all].filter((name) => name !== '/t_consumer')) : all
    },
  })
  const { stored, recorded, declare, wait } = world({ wrap })
  stored.set('/t_consumer', 'v').set('/t_provider', 'v')
  declare('n', random)
  await wait(2000)
  stale = false
  await wait(15 * minute)
  t.strictSame(recorded, [])
})

t.test('a part that is overwritten within a minute is reported and not changed', async (t) => {
  const { stored, recorded, declare, wait } = world()
  declare('n', random)
  await wait(10_000)
  stored.set('/t_provider', 'of a person')
  await wait(2 * minute)
  t.match(recorded, [
    /Created/,
    /^n MismatchedGroup: .* holds \/t_consumer and \/t_provider, which do not match/,
  ])
  t.equal(stored.get('/t_provider'), 'of a person')
})

t.test(
  'a PutParameter whose answer was lost counts, and the other part is made from what is stored',
  async (t) => {
    const faults: Fault[] = ['none', 'answer lost']
    const { stored, declare, wait, recorded } = world({ fault: () => faults.shift() ?? 'none' })
    declare('n', random)
    await wait(2 * minute)
    t.equal(stored.get('/t_consumer'), stored.get('/t_provider'))
    t.strictSame(recorded, ['n Created: created /t_provider'])
  },
)

t.test('the pod that was seen first decides; when it is gone, the next one does', async (t) => {
  const { stored, recorded, declare, wait } = world()
  const larger: Annotation = ['secret.bsycorp.com/t_provider', 'kind=DYNAMIC,type=RANDOM,size=256']
  const remove = declare('a', random)
  declare('b', larger)
  await wait(1000)
  t.match(
    recorded.join('\n'),
    /b Conflict: .*size 256 conflict with a pod of another namespace, which was seen earlier/,
  )
  t.equal(Buffer.from(stored.get('/t_consumer') ?? '', 'base64').length, 16)
  remove()
  recorded.length = 0
  await wait(20 * minute)
  t.strictSame(recorded, [], 'its claim counts now, and the parameters exist')
})

t.test('parameters over the hourly quota are reported, and created when the hour allows', async (t) => {
  const { value: policy } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: {
      rules: [
        { namespaces: ['small'], prefixes: ['/'], maxNewPerHour: 3 },
        { namespaces: ['*'], prefixes: ['/'] },
      ],
    },
  })
  const { stored, recorded, declare, wait } = world(policy ? { policy } : {})
  declare('small', ...['a', 'b', 'c', 'd', 'e'].map(password))
  declare('large', ...['f', 'g', 'h', 'i'].map(password))
  await wait(10 * minute)
  const small = () => ['/a', '/b', '/c', '/d', '/e'].filter((name) => stored.has(name)).length
  t.equal(small(), 3)
  t.equal(stored.size, 7, 'the other namespace has its own')
  t.equal(recorded.filter((line) => line.startsWith('small QuotaExceeded')).length, 2)
  await wait(55 * minute)
  t.equal(small(), 5)
})

t.test('a pair that does not fit into the quota as a whole is not begun', async (t) => {
  const { value: policy } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules: [{ namespaces: ['*'], prefixes: ['/'], maxNewPerHour: 1 }] },
  })
  const { stored, recorded, declare, wait } = world(policy ? { policy } : {})
  declare('n', random)
  await wait(10 * minute)
  t.equal(stored.size, 0)
  t.match(recorded, [/QuotaExceeded/])
})

for (const [call, code, reason] of [
  ['lookup', 'ACCESS_DENIED', 'AccessDenied'],
  ['lookup', 'UNREACHABLE', undefined],
  ['lookup', 'THROTTLED', undefined],
  ['lookup', 'BAD_ANSWER', undefined],
  ['PutParameter', 'ACCESS_DENIED', 'AccessDenied'],
  ['PutParameter', 'REFUSED', 'RefusedByStore'],
  ['PutParameter', 'UNREACHABLE', undefined],
  ['PutParameter', 'THROTTLED', undefined],
] as const) {
  const event = reason === undefined ? 'without an Event' : `with an Event ${reason}`
  t.test(`a ${call} that fails with ${code} creates nothing, and is tried again, ${event}`, async (t) => {
    let broken = true
    const fail = (names: readonly string[], what: FailureCode) => {
      if (broken && names.includes('/bad')) throw failed({ code: what, message: 'it failed', ...peer })
    }
    const wrap = (store: ParameterStore): ParameterStore => ({
      ...store,
      exists: async (names) => {
        if (call === 'lookup') fail(names, code)
        return await store.exists(names)
      },
      create: async (name, value, about) => {
        // A lookup that failed must not lead to a call that could succeed.
        if (call === 'PutParameter') fail([name], code)
        return await store.create(name, value, about)
      },
    })
    const { stored, recorded, declare, wait } = world({ wrap })
    declare('n', password('bad'), password('good'))
    await wait(2 * minute)
    t.notOk(stored.has('/bad'), 'a failed call does not mean that it is absent')
    if (reason !== undefined) {
      t.ok(stored.has('/good'), 'the other is created')
      t.match(recorded.join('\n'), new RegExp(`n ${reason}: /bad: it failed`))
    } else
      t.strictSame(
        recorded.filter((line) => !line.includes('Created')),
        [],
      )
    broken = false
    await wait(20 * minute)
    t.ok(stored.has('/bad') && stored.has('/good'))
  })
}

t.test('after an hour of throttling, everything is created within half a minute', async (t) => {
  let busy = true
  const throttled = () => Promise.reject(failed({ code: 'THROTTLED', message: 'too often', ...peer }))
  const wrap = (store: ParameterStore): ParameterStore => ({
    ...store,
    create: (...call) => (busy ? throttled() : store.create(...call)),
  })
  const { stored, recorded, declare, wait } = world({ wrap })
  declare('n', random, password('a'), password('b'))
  await wait(60 * minute)
  t.strictSame(
    [stored.size, recorded],
    [0, []],
    'nothing is created, and no Event is recorded of what will pass',
  )
  busy = false
  await wait(minute / 2)
  t.equal(stored.size, 4)
})

t.test('nothing is created that no pod declares any more', async (t) => {
  const { stored, declare, wait } = world()
  declare('n', password('a'))()
  await wait(20 * minute)
  t.equal(stored.size, 0)
})

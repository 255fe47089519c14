import t from 'tap'
import type { Group } from '../../api/declaration/group.ts'
import { failed } from '../failure.ts'
import { memoryStore, virtualClock, peer } from '../fixtures.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import { rsaPair } from '../values/fixtures.ts'
import { encodePublicKey } from '../values/rsa-key.ts'
import { createMissing } from './create-missing.ts'

const password = (parameter: string): Group => ({
  type: 'PASSWORD',
  size: 128,
  parts: [{ role: 'value', parameter }],
})
const token = (base: string): Group => ({
  type: 'RANDOM',
  size: 128,
  parts: [
    { role: 'consumer', parameter: `${base}_consumer` },
    { role: 'provider', parameter: `${base}_provider` },
  ],
})

const keyPair = (base: string): Group => ({
  type: 'RSA',
  size: 2048,
  parts: [
    { role: 'private', parameter: `${base}_private` },
    { role: 'public', parameter: `${base}_public` },
  ],
})

async function run(store: ParameterStore, groups: readonly Group[], dryRun = false) {
  const results = await createMissing(store, groups, { dryRun, clock: virtualClock() })
  return results.map(({ group, outcome, created }) => [group.parts[0]?.parameter, outcome, created])
}

t.test('without groups the store is not called', async (t) => {
  const refuse = () => Promise.reject(new Error('asked'))
  t.strictSame(
    await run({ peer: () => peer, get: refuse, exists: refuse, create: refuse, replace: refuse }, []),
    [],
  )
})

t.test(
  'missing parameters are created, existing ones are not changed, in the order of the groups',
  async (t) => {
    const { store, stored } = memoryStore()
    stored.set('/b', 'old').set('/half_consumer', 'old').set('/lost_provider', 'old')
    t.strictSame(
      await run(store, [password('/a'), password('/b'), token('/half'), token('/lost'), token('/new')]),
      [
        ['/a', 'created', ['/a']],
        ['/b', 'exists', []],
        ['/half_consumer', 'created', ['/half_provider']],
        ['/lost_consumer', 'incomplete', []],
        ['/new_consumer', 'created', ['/new_consumer', '/new_provider']],
      ],
    )
    t.equal(stored.get('/b'), 'old')
    t.equal(stored.get('/half_provider'), 'old')
    t.notOk(stored.has('/lost_consumer'))
  },
)

t.test('a second run changes nothing', async (t) => {
  const { store, stored } = memoryStore()
  await run(store, [password('/a'), token('/t')])
  const before = new Map(stored)
  t.strictSame(await run(store, [password('/a'), token('/t')]), [
    ['/a', 'exists', []],
    ['/t_consumer', 'exists', []],
  ])
  t.strictSame(stored, before)
})

t.test('a dry run stores nothing and reports what would be created', async (t) => {
  const { store, stored } = memoryStore()
  stored.set('/b', 'old').set('/half_consumer', 'old').set('/lost_provider', 'old')
  const before = new Map(stored)
  t.strictSame(await run(store, [password('/a'), password('/b'), token('/half'), token('/lost')], true), [
    ['/a', 'would-create', ['/a']],
    ['/b', 'exists', []],
    ['/half_consumer', 'would-create', ['/half_provider']],
    ['/lost_consumer', 'incomplete', []],
  ])
  t.strictSame(stored, before)
})

t.test('stored parts that do not match are reported and not changed, in a dry run too', async (t) => {
  const { store, stored } = memoryStore()
  stored.set('/t_consumer', 'one').set('/t_provider', 'other')
  const before = new Map(stored)
  for (const dryRun of [false, true])
    t.strictSame(await run(store, [token('/t')], dryRun), [['/t_consumer', 'mismatched', []]])
  t.strictSame(stored, before)
})

t.test('two placeholders in the place of a key pair cannot be compared', async (t) => {
  const { store, stored } = memoryStore()
  stored.set('/k_private', 'one').set('/k_public', 'other')
  t.strictSame(await run(store, [keyPair('/k')]), [['/k_private', 'exists', []]])
  stored.set('/k_public', encodePublicKey(rsaPair.publicKey))
  t.strictSame(await run(store, [keyPair('/k')]), [['/k_private', 'mismatched', []]])
})

t.test('without the right to read values, missing parameters are created all the same', async (t) => {
  const { store, stored } = memoryStore()
  stored.set('/t_consumer', 'one').set('/t_provider', 'other')
  const get: ParameterStore['get'] = async () => {
    throw failed({ code: 'ACCESS_DENIED', message: 'denied', ...peer })
  }
  t.strictSame(await run({ ...store, get }, [token('/t'), password('/a')]), [
    ['/t_consumer', 'uncompared', []],
    ['/a', 'created', ['/a']],
  ])
  const unreachable: ParameterStore['get'] = async () => {
    throw failed({ code: 'UNREACHABLE', message: 'not reached', ...peer })
  }
  t.strictSame(await run({ ...store, get: unreachable }, [token('/t')]), [['/t_consumer', 'failed', []]])
})

t.test('a group that several pods declare is created once', async (t) => {
  const { store } = memoryStore()
  t.strictSame(await run(store, [token('/t'), password('/a'), token('/t')]), [
    ['/t_consumer', 'created', ['/t_consumer', '/t_provider']],
    ['/a', 'created', ['/a']],
  ])
})

t.test('each call to the store has at most ten names', async (t) => {
  const { store } = memoryStore()
  const sizes: number[] = []
  const exists: ParameterStore['exists'] = async (names) => {
    sizes.push(names.length)
    return await store.exists(names)
  }
  await run(
    { ...store, exists },
    Array.from({ length: 23 }, (_, index) => password(`/p${index}`)),
  )
  t.strictSame(sizes, [10, 10, 3])
})

t.test(
  'a parameter that could not be looked up does not count as absent, and does not stop the others',
  async (t) => {
    const { store, stored } = memoryStore()
    const exists: ParameterStore['exists'] = async (names) => {
      if (names.includes('/p0')) throw failed({ code: 'ACCESS_DENIED', message: 'denied', ...peer })
      return await store.exists(names)
    }
    const groups = Array.from({ length: 12 }, (_, index) => password(`/p${index}`))
    const outcomes = await run({ ...store, exists }, groups)
    t.strictSame(
      outcomes.map(([, outcome]) => outcome),
      ['failed', ...Array(11).fill('created')],
    )
    t.equal(stored.size, 11)
    t.notOk(stored.has('/p0'))
  },
)

t.test('a throttled call is tried again, with a limit', async (t) => {
  const { store, stored } = memoryStore()
  let refusals = 3
  const busy: ParameterStore['create'] = async (name, value, about) => {
    if (name === '/never' || (name.endsWith('_provider') && refusals-- > 0))
      throw failed({ code: 'THROTTLED', message: 'too often', ...peer })
    return await store.create(name, value, about)
  }
  t.strictSame(await run({ ...store, create: busy }, [token('/t'), password('/never')]), [
    ['/t_consumer', 'created', ['/t_consumer', '/t_provider']],
    ['/never', 'failed', []],
  ])
  t.equal(stored.get('/t_consumer'), stored.get('/t_provider'))
})

t.test('a parameter that the store refuses does not stop the others', async (t) => {
  const { store } = memoryStore()
  const create: ParameterStore['create'] = async (name, value, about) => {
    if (name === '/b') throw failed({ code: 'REFUSED', message: 'too many', ...peer })
    return await store.create(name, value, about)
  }
  t.strictSame(await run({ ...store, create }, [password('/a'), password('/b'), password('/c')]), [
    ['/a', 'created', ['/a']],
    ['/b', 'failed', []],
    ['/c', 'created', ['/c']],
  ])
})

t.test('the description of a parameter names kees and contains no value', async (t) => {
  const { store, stored } = memoryStore()
  const descriptions: string[] = []
  const create: ParameterStore['create'] = async (name, value, about) => {
    descriptions.push(about.description)
    return await store.create(name, value, about)
  }
  await run({ ...store, create }, [password('/a'), token('/t')])
  t.strictSame(descriptions.toSorted(), [
    'Made by kees: PASSWORD, 128 bits',
    'Made by kees: RANDOM, 128 bits, consumer part',
    'Made by kees: RANDOM, 128 bits, provider part',
  ])
  for (const value of stored.values()) t.notMatch(descriptions.join(), value)
})

t.test('progress is reported every ten seconds', async (t) => {
  const { store } = memoryStore()
  const clock = virtualClock()
  const slow: ParameterStore['create'] = async (name, value, about) => {
    await clock.sleep(4000)
    return await store.create(name, value, about)
  }
  const heard: string[] = []
  const groups = Array.from({ length: 20 }, (_, index) => password(`/p${index}`))
  const progress = (done: number, total: number) => heard.push(`${done} of ${total} at ${clock.now()}`)
  await createMissing({ ...store, create: slow }, groups, { dryRun: false, clock, progress })
  t.strictSame(heard, ['9 of 20 at 12000'])
})

import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import type { Group } from '../../api/declaration/group.ts'
import type { Clock } from '../scheduling/clock.ts'
import { type Fault, memoryStore, virtualClock } from '../fixtures.ts'
import { matchPair } from './match-pair.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import { secretValue } from '../secret-value.ts'
import { otherRsaPair, rsaPair } from '../values/fixtures.ts'
import { encodePrivateKey, encodePublicKey } from '../values/rsa-key.ts'
import { generate } from './generate.ts'
import { makeGroup } from './make-group.ts'

/** Shorter than what pods may declare, for speed. */
const rsa: Group = {
  type: 'RSA',
  size: 1024,
  parts: [
    { role: 'private', parameter: '/key_private' },
    { role: 'public', parameter: '/key_public' },
  ],
}
const random: Group = {
  type: 'RANDOM',
  size: 128,
  parts: [
    { role: 'consumer', parameter: '/token_consumer' },
    { role: 'provider', parameter: '/token_provider' },
  ],
}
const password: Group = { type: 'PASSWORD', size: 128, parts: [{ role: 'value', parameter: '/db.password' }] }

const privateValue = encodePrivateKey(rsaPair.privateKey)
const publicValue = encodePublicKey(rsaPair.publicKey)
const strangerValue = encodePublicKey(otherRsaPair.publicKey)

/** Calls makeGroup with a store in which some parts exist. */
async function makeIn(stored: Readonly<Record<string, string>>, group: Group, fault?: () => Fault) {
  const memory = memoryStore(fault)
  for (const [name, value] of Object.entries(stored)) memory.stored.set(name, value)
  const existing = new Set(Object.keys(stored))
  const made = await makeGroup(memory.store, group, existing, { clock: virtualClock(), generate })
  return { made, stored: Object.fromEntries(memory.stored) }
}

t.test('both parts of a key pair are created', async (t) => {
  const { made, stored } = await makeIn({}, rsa)
  t.strictSame(made, { outcome: 'created', created: ['/key_private', '/key_public'] })
  const [one, other] = ['/key_private', '/key_public'].map((name) => secretValue(stored[name] ?? ''))
  t.equal(one && other && matchPair('RSA', one, other), 'match')
})

t.test(
  'a missing certificate is derived from the stored GPG key, and no key is generated beside a certificate',
  async (t) => {
    const gpg: Group = { ...rsa, type: 'GPG', userId: 'A <a@example.com>' }
    const { stored } = await makeIn({}, gpg)
    t.strictSame(Object.keys(stored), ['/key_private', '/key_public'])
    const [privatePart = '', publicPart = ''] = Object.values(stored)
    t.strictSame((await makeIn({ '/key_private': privatePart }, gpg)).stored, stored)
    t.match(await makeIn({ '/key_public': publicPart }, gpg), {
      made: { outcome: 'incomplete', reason: /lacks \/key_private/ },
    })
    t.match((await makeIn({ '/key_private': privateValue }, gpg)).made, { outcome: 'mismatched' })
  },
)

t.test('a token has the same value for consumer and provider', async (t) => {
  const { made, stored } = await makeIn({}, random)
  t.strictSame(made, { outcome: 'created', created: ['/token_consumer', '/token_provider'] })
  t.equal(stored['/token_consumer'], stored['/token_provider'])
})

t.test('a password has one part', async (t) => {
  const { made, stored } = await makeIn({}, password)
  t.strictSame(made, { outcome: 'created', created: ['/db.password'] })
  t.match(stored['/db.password'], /^[0-9A-Za-z]{16}$/)
})

t.test('a missing public key is derived from the stored private key', async (t) => {
  const { made, stored } = await makeIn({ '/key_private': privateValue }, rsa)
  t.strictSame(made, { outcome: 'created', created: ['/key_public'] })
  t.strictSame(stored, { '/key_private': privateValue, '/key_public': publicValue })
})

t.test('a complete group is not changed, even if its values are invalid', async (t) => {
  const before = { '/key_private': privateValue, '/key_public': strangerValue }
  const { made, stored } = await makeIn(before, rsa)
  t.strictSame(made, { outcome: 'exists', created: [] })
  t.strictSame(stored, before)
})

t.test('no private key is generated if a public key exists', async (t) => {
  const { made, stored } = await makeIn({ '/key_public': publicValue }, rsa)
  t.match(made, { outcome: 'incomplete', created: [], reason: /lacks \/key_private/ })
  t.strictSame(stored, { '/key_public': publicValue })
})

t.test('no public key is derived from a placeholder', async (t) => {
  const { made, stored } = await makeIn({ '/key_private': 'privatekeydummyvalue' }, rsa)
  t.match(made, {
    outcome: 'mismatched',
    created: [],
    reason: /^has a value in \/key_private from which \/key_public cannot be derived$/,
  })
  t.strictSame(stored, { '/key_private': 'privatekeydummyvalue' })
})

/** A store in which another acts right before the parameter is created. */
async function raced(group: Group, parameter: string, act: (stored: Map<string, string>) => void) {
  const { store, stored } = memoryStore()
  const create: ParameterStore['create'] = async (name, value, about) => {
    if (name === parameter) act(stored)
    return await store.create(name, value, about)
  }
  const tools = { clock: virtualClock(), generate }
  const made = await makeGroup({ ...store, create }, group, new Set(), tools)
  return { made, stored: Object.fromEntries(stored) }
}

t.test(
  'if another process creates the private key first, the public key is derived from that one',
  async (t) => {
    const { made, stored } = await raced(rsa, '/key_private', (all) => all.set('/key_private', privateValue))
    t.strictSame(made, { outcome: 'created', created: ['/key_public'] })
    t.strictSame(stored, { '/key_private': privateValue, '/key_public': publicValue })
  },
)

t.test('if another process creates the whole group first, nothing is created', async (t) => {
  const { made } = await raced(rsa, '/key_private', (all) =>
    all.set('/key_private', privateValue).set('/key_public', publicValue),
  )
  t.strictSame(made, { outcome: 'exists', created: [] })
})

t.test(
  'if another process stores another public key meanwhile, it is reported and not changed',
  async (t) => {
    const { made, stored } = await raced(rsa, '/key_public', (all) => all.set('/key_public', strangerValue))
    t.match(made, { outcome: 'mismatched', created: ['/key_private'], reason: /which do not match$/ })
    t.equal(stored['/key_public'], strangerValue)
  },
)

const doubts: readonly (readonly [title: string, fault: Fault])[] = [
  ['that needed a second attempt', 'asked twice'],
  ['that was stored', 'none'],
]
for (const [title, fault] of doubts) {
  t.test(
    `after a PutParameter ${title}, the other part is derived from what is stored, not from memory`,
    async (t) => {
      const faults: Fault[] = [fault]
      const memory = memoryStore(() => faults.shift() ?? 'none')
      let reads = 0
      const get: ParameterStore['get'] = async (refs) => {
        reads++
        return await memory.store.get(refs)
      }
      await makeGroup({ ...memory.store, get }, random, new Set(), { clock: virtualClock(), generate })
      t.equal(reads, fault === 'none' ? 1 : 2, 'one read verifies the pair')
    },
  )
}

t.test('a PutParameter with a version other than 1 is read back too', async (t) => {
  const { store, stored } = memoryStore()
  const create: ParameterStore['create'] = async (name, value, about) => {
    const answer = await store.create(name, value, about)
    if (name !== '/token_consumer') return answer
    // Somebody overwrote it right away.
    stored.set(name, 'overwritten')
    return { outcome: 'created', version: 2, attempts: 1 }
  }
  await makeGroup({ ...store, create }, random, new Set(), { clock: virtualClock(), generate })
  t.equal(stored.get('/token_provider'), 'overwritten')
})

t.test('a PutParameter without an answer is a failure, with what was created before', async (t) => {
  const faults: Fault[] = ['none', 'answer lost']
  const { made, stored } = await makeIn({}, random, () => faults.shift() ?? 'none')
  t.match(made, { outcome: 'failed', created: ['/token_consumer'], failure: { code: 'UNREACHABLE' } })
  t.equal(stored['/token_consumer'], stored['/token_provider'])
})

t.test('a bug does not count as an answer of the store', async (t) => {
  const { store } = memoryStore()
  const create = () => Promise.reject(new TypeError('a bug'))
  const tools = { clock: virtualClock(), generate }
  await t.rejects(makeGroup({ ...store, create }, random, new Set(), tools), { message: 'a bug' })
})

/** Tries until the group is complete, each time from what exists in the store. */
async function persist(store: ParameterStore, clock: Clock): Promise<string[]> {
  const outcomes: string[] = []
  for (let round = 0; round < 30; round++) {
    await clock.sleep(100)
    const names = random.parts.map(({ parameter }) => parameter)
    const existing = await store.exists(names).catch(() => undefined)
    if (existing === undefined) continue
    const { outcome } = await makeGroup(store, random, existing, { clock, generate })
    outcomes.push(outcome)
    if (outcome === 'created' || outcome === 'exists') break
  }
  return outcomes
}

const anyFault = fc.constantFrom<Fault>('none', 'call lost', 'answer lost', 'asked twice', 'stale')

t.test(
  'with calls that are lost, repeated, stale or raced, the stored parts match and are never replaced',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFault, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (plan, workers) => {
          const faults = [...plan]
          const clock = virtualClock()
          const { store, stored } = memoryStore(() => faults.shift() ?? 'none')
          const firsts = new Set<string | undefined>()
          const watched: ParameterStore = {
            ...store,
            async create(name, value, about) {
              await clock.sleep(0)
              const answer = await store
                .create(name, value, about)
                .finally(() => firsts.add(stored.get('/token_consumer')))
              return answer
            },
          }
          const outcomes = (
            await Promise.all(Array.from({ length: workers }, () => persist(watched, clock)))
          ).flat()
          firsts.delete(undefined)
          const values = [...stored.values()]
          return (
            values.length === 2 &&
            new Set(values).size === 1 &&
            firsts.size === 1 &&
            !outcomes.includes('mismatched')
          )
        },
      ),
      runs(200),
    )
  },
)

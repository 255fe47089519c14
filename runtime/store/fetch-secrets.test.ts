/** Fetching from Secrets Manager beside Parameter Store, in virtual time. */
import t from 'tap'
import { type FakeSsmOptions, makeFakeSsm } from '../fake-ssm/fake-ssm.ts'
import type { FakeSsm } from '../fake-ssm/fake-ssm.ts'
import { virtualReader } from '../fake-ssm/virtual-reader.ts'
import { virtualClock, peer } from '../fixtures.ts'
import { noSecrets, readBoth } from './both-services.ts'
import { fetchParameters } from './fetch-parameters.ts'
import { formatRef, type ParameterReader, type ValueRef } from './parameter-store.ts'

const secret = (name: string, which = {}): ValueRef => ({ from: 'secretsmanager', name, ...which })

async function run(
  refs: readonly ValueRef[],
  fill: (fake: FakeSsm) => void,
  options: (now: () => number) => FakeSsmOptions = () => ({}),
) {
  const clock = virtualClock()
  const fake = makeFakeSsm({ now: clock.now, ...options(clock.now) })
  fill(fake)
  const { reader, calls } = virtualReader(fake, clock)
  const fetched = await fetch(reader, refs, clock)
  return { ...fetched, calls, took: clock.now() }
}

async function fetch(reader: ParameterReader, refs: readonly ValueRef[], clock = virtualClock()) {
  const { found, unfetched } = await fetchParameters(
    reader,
    refs.map((ref) => ({ ref, missingWait: 10_000 })),
    { deadline: 300_000, deniedWait: 30_000 },
    { clock, random: () => 0.5 },
  )
  return {
    found: Object.fromEntries([...found].map(([key, { value }]) => [key, value.reveal()])),
    failed: Object.fromEntries(unfetched.map(({ ref, failure }) => [formatRef(ref), failure])),
  }
}

t.test('each secret is one call, each once, beside the calls for parameters', async (t) => {
  const refs = [
    { name: '/a' },
    secret('/a'),
    secret('rds!db'),
    { name: '/b' },
    secret('/a'),
    secret('/a', { label: 'AWSPREVIOUS' }),
  ]
  const { found, failed, calls } = await run(refs, ({ put, secrets }) => {
    put('/a', 'parameter')
    put('/b', 'parameter')
    secrets.put('/a', 'first')
    secrets.put('/a', 'second')
    secrets.put('rds!db', 'database')
  })
  t.strictSame(failed, {})
  t.strictSame(found, {
    '/a': 'parameter',
    '/b': 'parameter',
    'secretsmanager:/a': 'second',
    'secretsmanager:rds!db': 'database',
    'secretsmanager:/a:label=AWSPREVIOUS': 'first',
  })
  t.strictSame(
    calls.map(({ names }) => names.join(' ')).toSorted((a, b) => (a < b ? -1 : 1)),
    ['/a', '/a', '/a /b', 'rds!db'],
  )
})

t.test('a secret that becomes visible later is waited for, and only it is requested again', async (t) => {
  const { found, calls, took } = await run(
    [secret('late'), secret('there')],
    ({ secrets }) => {
      secrets.put('late', 'value')
      secrets.put('there', 'value')
    },
    () => ({ lag: (name) => (name === 'late' ? 5000 : 0) }),
  )
  t.equal(Object.keys(found).length, 2)
  t.ok(took >= 5000)
  for (const { names } of calls.slice(2)) t.strictSame(names, ['late'])
})

t.test('a missing secret and a denied one are told apart, as far as AWS does', async (t) => {
  const { failed, took } = await run(
    [secret('none'), secret('denied'), secret('locked'), secret('deleted'), secret('there')],
    ({ secrets }) => {
      for (const name of ['denied', 'locked', 'deleted', 'there']) secrets.put(name, 'value')
      secrets.markForDeletion('deleted')
    },
    () => ({
      denied: ({ action, name }) =>
        (action === 'secretsmanager:GetSecretValue' && name === 'denied') ||
        (action === 'kms:Decrypt' && name === 'locked'),
    }),
  )
  t.match(failed, {
    'secretsmanager:none': { code: 'MISSING' },
    'secretsmanager:denied': { code: 'ACCESS_DENIED', deniedBy: 'IAM', message: /missing or not granted/ },
    'secretsmanager:locked': { code: 'ACCESS_DENIED', deniedBy: 'KMS' },
    'secretsmanager:deleted': { code: 'REFUSED', hint: /restore-secret/ },
  })
  t.equal(Object.keys(failed).length, 4)
  t.equal(took, 30_000)
})

t.test('a grant that arrives within the wait is enough', async (t) => {
  const { found } = await run(
    [secret('db')],
    ({ secrets }) => secrets.put('db', 'value'),
    (now) => ({ denied: () => now() < 20_000 }),
  )
  t.strictSame(found, { 'secretsmanager:db': 'value' })
})

t.test('throttling only delays', async (t) => {
  const names = Array.from({ length: 20 }, (_, index) => `secret-${index}`)
  const { found } = await run(
    names.map((name) => secret(name)),
    ({ secrets }) => names.forEach((name) => secrets.put(name, 'value')),
    () => ({ secretsPerSecond: 2 }),
  )
  t.equal(Object.keys(found).length, 20)
})

t.test('a folder has no secrets, and says so', async (t) => {
  const parameters = { peer: () => peer, get: () => Promise.reject(new Error('not called')) }
  const { failed } = await fetch(readBoth(parameters, noSecrets), [secret('db')])
  t.match(failed, {
    'secretsmanager:db': { code: 'SELECTOR_UNSUPPORTED', message: /a file: store does not have/ },
  })
  await t.rejects(noSecrets.exists({ from: 'secretsmanager', name: 'db' }), {
    cause: { code: 'SELECTOR_UNSUPPORTED' },
  })
})

t.test('a secret shares no call', async (t) => {
  const reader = readBoth({ peer: () => peer, get: () => Promise.reject(new Error('not called')) }, noSecrets)
  await t.rejects(reader.get([secret('db'), { name: '/a' }]), RangeError)
})

import t from 'tap'
import { defaultBudgets } from '../../../api/storage/storage-policy.ts'
import { virtualClock } from '../../fixtures.ts'
import { secretValue } from '../../secret-value.ts'
import { keyGenerator } from './key-generator.ts'
import type { Tenant } from '../claims/tenants.ts'

/** It is never aborted. */
const wanted = new AbortController().signal
const tenant = (key: string, maxKeys = 1): Tenant => ({
  key,
  budgets: { ...defaultBudgets, maxKeys },
  maxNewPerHour: Infinity,
})

const rsa = (size: number) => ({ type: 'RSA', size }) as const

function world() {
  const clock = virtualClock()
  const begun: number[] = []
  let [running, most] = [0, 0]
  const generate = keyGenerator(2, async ({ size }) => {
    begun.push(size)
    most = Math.max(most, ++running)
    await clock.sleep(size > 2048 ? 10_000 : 200)
    running--
    if (size === 1) throw new Error('it failed')
    return secretValue(`${size}`)
  })
  return { clock, begun, generate, most: () => most }
}

t.test('a short key never waits for a long one, whatever waits', async (t) => {
  const { clock, generate, most } = world()
  for (let index = 0; index < 100; index++) void generate(tenant(`evil-${index % 50}`, 9), rsa(4096), wanted)
  await clock.sleep(1000)
  await generate(tenant('shop'), rsa(2048), wanted)
  t.equal(clock.now(), 1200)
  for (let index = 0; index < 100; index++) void generate(tenant(`evil-${index % 50}`, 9), rsa(2048), wanted)
  await clock.sleep(100)
  await generate(tenant('shop'), rsa(2048), wanted)
  t.ok(clock.now() <= 1800, `${clock.now()}: after two keys that had begun, or whose turn it was`)
  t.equal(most(), 2)
})

t.test('long keys are generated too while short ones wait', async (t) => {
  const { clock, begun, generate } = world()
  for (let index = 0; index < 1000; index++) void generate(tenant(`many-${index % 10}`), rsa(2048), wanted)
  await generate(tenant('shop'), rsa(4096), wanted)
  t.ok(clock.now() <= 10_200)
  t.ok(begun.length > 40)
})

t.test('a key that nobody wants any more is not generated, unless it is begun', async (t) => {
  const { clock, begun, generate } = world()
  const unwanted = new AbortController()
  const keys = Array.from({ length: 100 }, () => generate(tenant('evil'), rsa(2048), unwanted.signal))
  await clock.sleep(100)
  unwanted.abort(new Error('nobody wants it'))
  const statuses = (await Promise.allSettled(keys)).map(({ status }) => status)
  t.strictSame([statuses[0], new Set(statuses.slice(1))], ['fulfilled', new Set(['rejected'])])
  await t.rejects(generate(tenant('evil'), rsa(2048), unwanted.signal), { message: 'nobody wants it' })
  t.equal(begun.length, 1)
  await generate(tenant('evil'), rsa(2048), wanted)
  t.equal(begun.length, 2)
})

t.test('one tenant has as many keys at a time as it may, and a failure is that of one key', async (t) => {
  const { clock, generate, most } = world()
  const results = await Promise.allSettled(
    [2048, 1, 2048, 2048].map((size) => generate(tenant('a'), rsa(size), wanted)),
  )
  t.strictSame(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
  t.equal(most(), 1)
  t.equal(clock.now(), 800)
  await Promise.all([2048, 2048].map((size) => generate(tenant('b', 2), rsa(size), wanted)))
  t.equal(most(), 2)
})

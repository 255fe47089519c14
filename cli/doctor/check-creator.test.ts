import t from 'tap'
import { openCluster } from '../cluster/read-cluster.ts'
import { fakeIo } from '../fake-io.ts'
import { checkCreator } from './check-creator.ts'
import { fakeKubectl, type FakeWorld, healthyWorld, leaseText } from './fixtures.ts'

const needs = { variables: false, dynamic: true, kubelet: undefined }
const now = Date.parse('2026-01-01T00:00:00Z')

/** @param later what the Lease is when it is read again. */
async function check(lease: string, later: string) {
  const world: Record<string, FakeWorld[string]> = { ...healthyWorld(), lease }
  let slept = 0
  const sleep = async (milliseconds: number) => {
    slept += milliseconds
    world['lease'] = later
  }
  const io = fakeIo('', {}, undefined, (args) => fakeKubectl(world)(args))
  const checks = await checkCreator(openCluster(io, undefined), needs, '0.1.0', { date: () => now, sleep })
  return { last: checks.at(-1), slept }
}

const at = (seconds: number) => leaseText('kees-creator-1', new Date(now + seconds * 1000))

t.test('a Lease that was just renewed is read once', async (t) => {
  t.match(await check(at(-3), at(-3)), { last: { status: 'ok' }, slept: 0 })
})

t.test('a Lease that looks expired and is not renewed has no leader', async (t) => {
  t.match(await check(at(-16), at(-16)), {
    last: { status: 'error', message: /kees-creator-1 does not renew the Lease kees\/kees-creator/ },
    slept: 15_000,
  })
})

for (const [title, seconds] of [
  ['ahead', -3600],
  ['behind', 3600],
] as const)
  t.test(`the clock of this machine may be an hour ${title}`, async (t) => {
    t.match(await check(at(seconds), at(seconds + 5)), { last: { status: 'ok' }, slept: 15_000 })
    t.match(await check(at(seconds), at(seconds)), { last: { status: 'error' } })
  })

t.test('a Lease with a duration of a year is not waited for', async (t) => {
  const lease = (time: Date) => {
    const { spec } = JSON.parse(leaseText('a', time))
    return JSON.stringify({ spec: { ...spec, leaseDurationSeconds: 365 * 86_400 } })
  }
  const old = lease(new Date(now - 3_600_000))
  t.match(await check(old, old), { last: { status: 'error' }, slept: 60_000 })
})

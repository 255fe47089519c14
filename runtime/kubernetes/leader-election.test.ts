import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock } from '../fixtures.ts'
import type { Clock } from '../scheduling/clock.ts'
import type { ApiServer } from './api-server.ts'
import { mapOf } from '../../api/json.ts'
import { leaderElection } from './leader-election.ts'

/** One Lease, with the optimistic concurrency of an API server. */
function leaseServer() {
  let lease: Record<string, unknown> | undefined
  let version = 0
  const cut = new Set<string>()
  const serverFor = (identity: string): ApiServer => ({
    request: async (method, _, { body }) => {
      if (cut.has(identity)) throw failed({ code: 'UNREACHABLE', message: 'cut off' })
      if (method === 'GET') return lease ? { status: 200, body: lease } : { status: 404, body: {} }
      const sent = mapOf(mapOf(body)['metadata'])['resourceVersion']
      if (method === 'POST' ? lease : sent !== `${version}`) return { status: 409, body: {} }
      lease = { ...mapOf(body), metadata: { name: 'l', resourceVersion: `${++version}` } }
      return { status: method === 'POST' ? 201 : 200, body: lease }
    },
    stream: () => Promise.reject(new Error('not asked for')),
  })
  return { serverFor, cut, holder: () => mapOf(lease?.['spec'])['holderIdentity'] }
}

const electionOf = (server: ApiServer, identity: string, clock: Clock, failures: string[] = []) =>
  leaderElection(
    server,
    { namespace: 'n', name: 'l', identity },
    {
      clock,
      random: () => 0.5,
      time: () => new Date(clock.now()),
      failed: ({ code }) => failures.push(code),
    },
  )

t.test('one of two leads; when it releases, the other follows within a retry', async (t) => {
  const clock = virtualClock()
  const { serverFor, holder } = leaseServer()
  const a = electionOf(serverFor('a'), 'a', clock)
  const b = electionOf(serverFor('b'), 'b', clock)
  const stop = new AbortController()
  t.ok(await a.acquire(stop.signal))
  const kept = a.keep(stop.signal)
  const followed = b.acquire(new AbortController().signal)
  await clock.sleep(600_000)
  t.ok(a.leads())
  t.notOk(b.leads())
  stop.abort()
  t.equal(await kept, 'stopped')
  await a.release()
  t.notOk(a.leads())
  t.equal(holder(), '')
  const at = clock.now()
  t.ok(await followed)
  t.ok(clock.now() - at <= 4400)
  t.equal(holder(), 'b')
})

t.test('who is cut off stops to lead before the other begins', async (t) => {
  const clock = virtualClock()
  const { serverFor, cut } = leaseServer()
  const failures: string[] = []
  const a = electionOf(serverFor('a'), 'a', clock, failures)
  const b = electionOf(serverFor('b'), 'b', clock)
  const never = new AbortController().signal
  t.ok(await a.acquire(never))
  const lost = a.keep(never).then((why) => ({ why, at: clock.now() }))
  const taken = b.acquire(never).then(() => clock.now())
  await clock.sleep(60_000)
  cut.add('a')
  const begun = clock.now()
  let overlap = false
  const watch = async () => {
    for (let step = 0; step < 400; step++) {
      overlap ||= a.leads() && b.leads()
      await clock.sleep(100)
    }
  }
  const watched = watch()
  const { why, at } = await lost
  t.equal(why, 'lost')
  t.ok(at - begun <= 12_000, `lost after ${at - begun} ms`)
  const from = await taken
  t.ok(from > at && from - begun <= 20_000, `taken after ${from - begun} ms`)
  await watched
  t.notOk(overlap)
  t.ok(failures.length >= 4)
})

t.test('a process that was paused knows at once that it leads no more', async (t) => {
  const clock = virtualClock()
  let paused = 0
  const { serverFor } = leaseServer()
  const own: Clock = { ...clock, now: () => clock.now() + paused }
  const a = electionOf(serverFor('a'), 'a', own)
  t.ok(await a.acquire(new AbortController().signal))
  t.ok(a.leads())
  paused = 30_000
  t.notOk(a.leads(), 'before anything of it has run')
  t.equal(await a.keep(new AbortController().signal), 'lost')
})

t.test('of two that take it in the same moment, one gets it', async (t) => {
  const clock = virtualClock()
  const { serverFor } = leaseServer()
  const all = Array.from({ length: 5 }, (_, index) => electionOf(serverFor(`${index}`), `${index}`, clock))
  const stop = new AbortController()
  const done = Promise.all(
    all.map(async (one) => (await one.acquire(stop.signal)) && (await one.keep(stop.signal))),
  )
  const leaders = new Set<number>()
  for (let step = 0; step < 100; step++) {
    await clock.sleep(1000)
    leaders.add(all.filter((one) => one.leads()).length)
  }
  t.strictSame([...leaders], [1])
  stop.abort()
  t.equal((await done).filter((one) => one === 'stopped').length, 1)
})

t.test('an API server that refuses is said, and asked again', async (t) => {
  const clock = virtualClock()
  const failures: string[] = []
  let status = 403
  const { serverFor } = leaseServer()
  const server: ApiServer = {
    ...serverFor('a'),
    request: async (...args) =>
      status === 200
        ? await serverFor('a').request(...args)
        : { status, body: { message: 'leases is forbidden' } },
  }
  const a = electionOf(server, 'a', clock, failures)
  const acquired = a.acquire(new AbortController().signal)
  await clock.sleep(20_000)
  t.strictSame([...new Set(failures)], ['ACCESS_DENIED'])
  status = 200
  t.ok(await acquired)
})

import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock, peer } from '../fixtures.ts'
import type { Clock } from '../scheduling/clock.ts'
import type { ApiServer } from './api-server.ts'
import { mapOf } from '../../api/json.ts'
import { LeaderElection } from './leader-election.ts'

const always = () => true
const never = () => false

/** One Lease, with the optimistic concurrency of an API server. */
function leaseServer() {
  let lease: Record<string, unknown> | undefined
  let version = 0
  const cut = new Set<string>()
  const serverFor = (identity: string): ApiServer => ({
    peer,
    request: async (method, _, { body }) => {
      if (cut.has(identity)) throw failed({ code: 'UNREACHABLE', message: 'cut off', ...peer })
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

const electionOf = (
  server: ApiServer,
  identity: string,
  clock: Clock,
  failures: string[] = [],
  reachableAgain = () => {},
) =>
  new LeaderElection(
    server,
    { namespace: 'n', name: 'l', identity },
    {
      clock,
      random: () => 0.5,
      time: () => new Date(clock.now()),
      failed: ({ code }) => failures.push(code),
      reachableAgain,
    },
  )

t.test('one of two leads; when it releases the Lease, the other acquires it within a retry', async (t) => {
  const clock = virtualClock()
  const { serverFor, holder } = leaseServer()
  const a = electionOf(serverFor('a'), 'a', clock)
  const b = electionOf(serverFor('b'), 'b', clock)
  const stop = new AbortController()
  t.ok(await a.acquire(stop.signal, always))
  const kept = a.keep(stop.signal, always)
  const followed = b.acquire(new AbortController().signal, always)
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

t.test('a Lease that somebody else changes meanwhile is released all the same', async (t) => {
  for (const changes of [1, 2]) {
    const { serverFor, holder } = leaseServer()
    const server = serverFor('a')
    let left = 0
    const touched: ApiServer = {
      ...server,
      request: async (method, path, options) => {
        const answer = await server.request(method, path, options)
        // As `kubectl annotate lease` does between the read and the write.
        if (method === 'GET' && left-- > 0)
          await server.request('PUT', path, { ...options, body: answer.body })
        return answer
      },
    }
    const failures: string[] = []
    const a = electionOf(touched, 'a', virtualClock(), failures)
    t.ok(await a.acquire(new AbortController().signal, always))
    left = changes
    await a.release()
    t.equal(holder(), '', `${changes} changes`)
    t.strictSame(failures, [])
  }
})

t.test('a release that the API server refuses is reported', async (t) => {
  const { serverFor, holder } = leaseServer()
  const server = serverFor('a')
  let status = 0
  const refusing: ApiServer = {
    ...server,
    request: async (method, path, options) =>
      status > 0 && method === 'PUT' ? { status, body: {} } : server.request(method, path, options),
  }
  const failures: string[] = []
  const a = electionOf(refusing, 'a', virtualClock(), failures)
  t.ok(await a.acquire(new AbortController().signal, always))
  for (const [refused, code] of [
    [403, 'ACCESS_DENIED'],
    [503, 'UNREACHABLE'],
  ] as const) {
    status = refused
    await a.release()
    t.equal(failures.at(-1), code)
  }
  t.equal(holder(), 'a')
})

for (const body of [{}, { message: 'OK' }, { kind: 'Lease', spec: { holderIdentity: 'b' } }]) {
  t.test(
    `a server that answers everything with 200 makes nobody the leader: ${JSON.stringify(body)}`,
    async (t) => {
      const clock = virtualClock()
      const failures: string[] = []
      const server: ApiServer = {
        peer,
        request: async () => ({ status: 200, body }),
        stream: () => Promise.reject(new Error('not asked for')),
      }
      const election = electionOf(server, 'a', clock, failures)
      const stop = new AbortController()
      const acquired = election.acquire(stop.signal, always)
      await clock.sleep(120_000)
      stop.abort()
      t.notOk(await acquired)
      t.notOk(election.leads())
      t.ok(failures.includes('BAD_ANSWER'))
    },
  )
}

t.test('a leader that is cut off stops leading before the other begins', async (t) => {
  const clock = virtualClock()
  const { serverFor, cut } = leaseServer()
  const failures: string[] = []
  const a = electionOf(serverFor('a'), 'a', clock, failures)
  const b = electionOf(serverFor('b'), 'b', clock)
  const { signal } = new AbortController()
  t.ok(await a.acquire(signal, always))
  const lost = a.keep(signal, always).then((why) => ({ why, at: clock.now() }))
  const taken = b.acquire(signal, always).then(() => clock.now())
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

t.test('a process that was paused is no longer the leader at once', async (t) => {
  const clock = virtualClock()
  let paused = 0
  const { serverFor } = leaseServer()
  const own: Clock = { ...clock, now: () => clock.now() + paused }
  const a = electionOf(serverFor('a'), 'a', own)
  t.ok(await a.acquire(new AbortController().signal, always))
  t.ok(a.leads())
  paused = 30_000
  t.notOk(a.leads(), 'before any other code of it has run')
  t.equal(await a.keep(new AbortController().signal, always), 'lost')
})

t.test('of several that try to acquire the Lease at the same moment, one succeeds', async (t) => {
  const clock = virtualClock()
  const { serverFor } = leaseServer()
  const all = Array.from({ length: 5 }, (_, index) => electionOf(serverFor(`${index}`), `${index}`, clock))
  const stop = new AbortController()
  const done = Promise.all(
    all.map(async (one) => (await one.acquire(stop.signal, always)) && (await one.keep(stop.signal, always))),
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

t.test('a refusal of the API server is reported, and the attempt repeated', async (t) => {
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
  const acquired = a.acquire(new AbortController().signal, always)
  await clock.sleep(20_000)
  t.strictSame([...new Set(failures)], ['ACCESS_DENIED'])
  status = 200
  t.ok(await acquired)
})

t.test('a replica that may not lead never acquires the Lease, renews its own or delays others', async (t) => {
  const clock = virtualClock()
  const { serverFor, holder } = leaseServer()
  const { signal } = new AbortController()
  const before = electionOf(serverFor('a'), 'a', clock)
  t.ok(await before.acquire(signal, always))
  // The same replica, started again while the record still has its name.
  const a = electionOf(serverFor('a'), 'a', clock)
  const b = electionOf(serverFor('b'), 'b', clock)
  const stop = new AbortController()
  const unfit = a.acquire(stop.signal, never)
  const begun = clock.now()
  t.ok(await b.acquire(signal, always))
  t.ok(clock.now() - begun <= 20_000, `after ${clock.now() - begun} ms`)
  t.notOk(a.leads())
  t.equal(holder(), 'b')
  stop.abort()
  t.notOk(await unfit)
})

t.test('a replica that may lead from now on takes the Lease at its next attempt', async (t) => {
  const clock = virtualClock()
  const { serverFor } = leaseServer()
  const { signal } = new AbortController()
  let mayLead = false
  const before = electionOf(serverFor('b'), 'b', clock)
  t.ok(await before.acquire(signal, always))
  const a = electionOf(serverFor('a'), 'a', clock)
  const acquired = a.acquire(signal, () => mayLead)
  await clock.sleep(60_000)
  t.notOk(a.leads())
  mayLead = true
  const begun = clock.now()
  t.ok(await acquired)
  t.ok(clock.now() - begun <= 4400, 'the age of the record was observed all the time')
})

t.test('a leader that may no longer lead stops renewing the Lease', async (t) => {
  const clock = virtualClock()
  const { serverFor, holder } = leaseServer()
  const { signal } = new AbortController()
  let mayLead = true
  const a = electionOf(serverFor('a'), 'a', clock)
  t.ok(await a.acquire(signal, () => mayLead))
  const kept = a.keep(signal, () => mayLead)
  await clock.sleep(60_000)
  mayLead = false
  const begun = clock.now()
  t.equal(await kept, 'unfit')
  t.ok(clock.now() - begun <= 2000)
  await a.release()
  t.equal(holder(), '')
})

t.test('an API server that answers after an outage is announced once', async (t) => {
  const clock = virtualClock()
  const { serverFor, cut } = leaseServer()
  const stop = new AbortController()
  let announced = 0
  const a = electionOf(serverFor('a'), 'a', clock, [], () => announced++)
  const acquired = a.acquire(stop.signal, never)
  await clock.sleep(20_000)
  t.equal(announced, 0, 'there was no outage')
  cut.add('a')
  await clock.sleep(45_000)
  t.equal(announced, 0)
  cut.delete('a')
  await clock.sleep(4400)
  t.equal(announced, 1, 'within one retry')
  await clock.sleep(60_000)
  t.equal(announced, 1)
  stop.abort()
  await acquired
})

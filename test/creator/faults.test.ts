/**
 * The creator under many faults at once: an API server that restarts, goes silent, cuts connections, ends them with alerts of
 * TLS, expires watches and is replaced by the page of a proxy; a store that throttles, fails, loses answers, shows writes
 * late, denies names, revokes credentials and has a disabled KMS key; an STS that fails. Whatever can be created is created in
 * the end, the rest is reported, and nothing is overwritten.
 *
 * In `npm test`, each fault once, with a small API server and a creator whose clock goes faster. In `npm run test:long` and, for longer, `npm run soak:creator`, the
 * API server is a real one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { seededRandom } from '../../runtime/fake-ssm/faults.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { isLong } from '../programs/long.ts'
import { eventually } from '../programs/eventually.ts'
import { command } from '../programs/tools.ts'
import { createNamespace, createPod, eventsOf } from './cluster-workloads.ts'
import { startFaultyWorld } from './faulty-world.ts'
import { keepCreator } from './keep-creator.ts'
import { annotationsOf, faultsOf, isComplete, type TestGroup, testGroup } from './stored-groups.ts'

/** Each outage happens once, however short this is. */
const seconds = Number(process.env['KEES_FAULT_SECONDS'] ?? (isLong ? 45 : 0))
const isReal = seconds > 0
const seed = Number(process.env['KEES_FAULT_SEED'] ?? (isReal ? 1 : 2))
const elects = seed % 2 === 0
const prefix = '/shop'
/** How much faster the clock of the creator goes: most of the time passes in its back-offs. */
const rate = isReal ? 1 : 5
/** After the last fault: what failed often is tried again with a long back-off. */
const calm = 300_000

t.setTimeout(seconds * 1000 + calm + 600_000)

const skip = (isReal && controlPlaneMissing) || command('openssl').missing || false

t.test(`faults for ${seconds} s, by seed ${seed}`, { skip }, async (t) => {
  const random = seededRandom(seed)
  const world = await startFaultyWorld(t.testdir(), seed, isReal)
  const { plane, ssm, sts } = world
  for (const name of ['kees', 'shop']) await createNamespace(plane, name)
  sts.fail(['not available', 'no verification key', 'throttled'])
  const creator = keepCreator(
    {
      ALLOW_ALL_PREFIXES: 'true',
      // Every other seed: a process whose watch fails continues, one that loses its Lease ends.
      LEADER_ELECTION: String(elects),
      POD_NAME: 'creator-1',
      POD_NAMESPACE: 'kees',
      PUT_RATE: '100',
      READ_RATE: '100',
      ...world.env,
    },
    rate,
  )
  t.teardown(async () => {
    await creator.stop()
    await world.stop()
  })

  await eventually('it watches', () => creator.isReady(1))

  let pods = 0
  /** Whose pod stays; and whose is deleted while the creator may be at work, or could not be created for sure. */
  const [wanted, dropped]: [TestGroup[], TestGroup[]] = [[], []]
  const addPod = async () => {
    const number = pods++
    const groups = (['RSA', 'pair', 'RANDOM', 'PASSWORD'] as const).map((kind) =>
      testGroup(kind, prefix, `${kind.toLowerCase()}${number}`),
    )
    const bad = { 'secret.bsycorp.com/bad': 'kind=DYNAMIC,type=PASSWORD,size=7' }
    const refused = testGroup('PASSWORD', prefix, `denied${number}`).annotations
    const path = `/api/v1/namespaces/shop/pods/app-${number}?gracePeriodSeconds=0`
    const stays = number % 8 !== 7
    try {
      await createPod(plane, 'shop', `app-${number}`, {
        ...annotationsOf(prefix, groups),
        ...refused,
        ...bad,
      })
      ;(stays ? wanted : dropped).push(...groups)
      if (stays) return
      await sleep(random() * 1000)
      await plane.request('DELETE', path)
    } catch {
      // The API server was just restarted.
      if (stays) dropped.push(...groups)
    }
  }
  const ofApi = {
    ...world.ofApi,
    'killed creator': async () => {
      const next = creator.starts() + 1
      creator.kill()
      // What comes next would only keep it from starting.
      await eventually('another watches', () => creator.isReady(next))
    },
    'restarted API server, with pods between': async () => {
      await plane.restartServer()
      await addPod()
      await plane.restartServer()
    },
    ...(isReal ? { 'silent for 3 s': () => world.freezeApi(3000) } : {}),
    // Longer than the Lease may go without being renewed.
    ...(isReal ? { 'silent for 12 s': () => world.freezeApi(12_000) } : {}),
  }
  const happened = new Set<string>()
  /** Why watches ended. */
  const causes = new Set<string>()
  const noteCauses = async () => {
    const metrics = await creator.metrics()
    for (const [, cause = ''] of metrics.matchAll(/watch_restarts_total\{cause="(\w+)"\} [1-9]/g))
      causes.add(cause)
  }
  const kinds = [Object.entries(ofApi), Object.entries(world.ofStore)]
  const rounds = Math.max(...kinds.map((outages) => outages.length))
  const start = Date.now()
  for (let round = 0; round < rounds || Date.now() - start < seconds * 1000; round++) {
    // Each in turn at first, then by chance; one of the API server and one of the store at a time.
    const now = kinds.flatMap((outages) => {
      const at = round < rounds ? round : Math.floor(random() * outages.length)
      return outages[at] === undefined ? [] : [outages[at]]
    })
    // There is always something to do, or an outage would not be noticed.
    const adding = new AbortController()
    const keepAdding = async () => {
      do {
        await addPod()
        await sleep(1000)
      } while (!adding.signal.aborted)
    }
    const added = keepAdding()
    if (isReal)
      t.comment(`${Math.round((Date.now() - start) / 1000)} s: ${now.map(([what]) => what).join('; ')}`)
    try {
      await Promise.all(now.map(([, outage]) => outage(creator)))
    } finally {
      adding.abort()
      await added
    }
    for (const [what] of now) happened.add(what)
    if (isReal) await sleep(random() * 2000)
    await noteCauses()
  }
  // An Event may be lost with the creator that is killed, or with the API server: then the fault comes again.
  await eventually(
    'the disabled KMS key is recorded',
    async () => {
      if ((await eventsOf(plane, 'shop')).some(({ reason }) => reason === 'RefusedByStore')) return true
      await addPod()
      await world.ofStore['a disabled KMS key']?.(creator)
      return false
    },
    calm,
  )
  world.calm()
  const begun = Date.now()
  const open = () => wanted.filter((group) => !isComplete(ssm, group)).flatMap(({ names }) => names)
  await eventually('all is made', () => open().length === 0, calm).catch((error: unknown) => {
    t.strictSame(open(), [], 'all is made')
    t.comment(
      creator
        .log()
        .slice(-50)
        .map((line) => JSON.stringify(line))
        .join('\n'),
    )
    throw error
  })
  await noteCauses()
  t.comment(
    `${pods} pods, ${world.spoilt()} spoilt calls of ${ssm.calls.length}, ${creator.starts()} starts, ${sts.given()} credentials, faults for ${begun - start} ms, all made ${Date.now() - begun} ms after the last; ${[...happened].join(', ')}; watches ended: ${[...causes].join(', ')}`,
  )
  const logged = new Set(creator.log().map(({ message }) => message))
  if (isReal && elects) t.ok(logged.has('the Lease was lost'))
  if (isReal && !elects) t.ok(causes.has('silent') || causes.has('failed'), 'watches went silent or failed')
  t.ok(causes.has('expired') || elects, 'the API server no longer had the version of a watch')
  t.ok(world.spoilt() > 20, `${world.spoilt()} calls to the store were spoilt`)
  t.equal(sts.failuresLeft(), 0, 'STS failed as often as it should')
  t.strictSame(
    faultsOf(ssm, wanted),
    [],
    `${wanted.length} groups are complete, match, and were written once`,
  )
  const halves = dropped.filter((group) => isComplete(ssm, group))
  t.strictSame(faultsOf(ssm, halves), [], 'so are those whose pods were deleted, where they are complete')
  const mine = new Set([...wanted, ...dropped].flatMap(({ names }) => names))
  const others = ssm.stored.names().filter((name) => !mine.has(`/${name}`.replace('//', '/')))
  t.strictSame(others, [], 'nothing else is stored')

  for (const reason of ['AccessDenied', 'InvalidAnnotation']) {
    const isRecorded = async () => (await eventsOf(plane, 'shop')).some((event) => event.reason === reason)
    await eventually(`${reason} is recorded`, isRecorded, calm)
  }
  const events = await eventsOf(plane, 'shop')
  const reasons = new Set(events.map(({ reason }) => reason))
  for (const wrong of ['MismatchedGroup', 'IncompleteGroup']) t.notOk(reasons.has(wrong), `no Event ${wrong}`)
  const rejected = events.filter(({ reason }) => reason === 'RefusedByStore')
  t.ok(
    rejected.every(({ message }) => message.includes('KMS key')),
    'no other error of the store is recorded as a rejection',
  )
  t.strictSame(
    creator.log().filter(({ message }) => /bug/.test(String(message))),
    [],
    'no bug was logged',
  )
})

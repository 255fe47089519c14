/**
 * The creator under many faults at once: an API server that restarts, goes silent, cuts connections and
 * forgets versions; a store that throttles, fails, loses answers, shows writes late and denies names. Whatever can be created
 * is created in the end, the rest is reported, and nothing is overwritten. `npm run soak:creator` does it for longer.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type Fault, faultsByChance, internalError, seededRandom } from '../../runtime/fake-ssm/faults.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod, eventsOf } from './cluster-workloads.ts'
import { controlPlaneMissing, startControlPlane } from '../servers/control-plane.ts'
import { isLong } from '../programs/long.ts'
import { eventually } from '../programs/eventually.ts'
import { keepCreator } from './keep-creator.ts'
import { annotationsOf, faultsOf, isComplete, type TestGroup, testGroup } from './stored-groups.ts'
import { startTcpProxy } from '../servers/tcp-proxy.ts'

/** Each outage happens once, however short this is. */
const seconds = Number(process.env['KEES_FAULT_SECONDS'] ?? (isLong ? 45 : 1))
const seed = Number(process.env['KEES_FAULT_SEED'] ?? 1)
const elects = seed % 2 === 0
const prefix = '/shop'
/** After the last fault: what failed often is tried again with a long back-off. */
const calm = 240_000

t.setTimeout(seconds * 1000 + calm + 120_000)

const throttled: Fault = { kind: 'error', status: 400, type: 'ThrottlingException' }

t.test(`faults for ${seconds} s, by seed ${seed}`, { skip: controlPlaneMissing }, async (t) => {
  const random = seededRandom(seed)
  const byChance = faultsByChance(seed, [
    [0.3, throttled],
    [0.05, internalError],
    [0.02, { kind: 'answer lost' }],
    [0.02, { kind: 'reset' }],
    [0.01, { kind: 'hang' }],
  ])
  let [isCalm, spoilt] = [false, 0]
  const fault = () => {
    const one = isCalm ? undefined : byChance()
    if (one) spoilt++
    return one
  }
  const denied = ({ action, name }: { readonly action: string; readonly name: string }) =>
    action === 'ssm:PutParameter' && name.includes('denied')
  const [plane, ssm] = await Promise.all([startControlPlane(), startFakeSsm({ fault, denied, lag: 2000 })])
  const proxy = await startTcpProxy(Number(new URL(plane.server).port))
  for (const name of ['kees', 'shop']) await createNamespace(plane, name)
  const kubeconfig = join(t.testdir(), 'kubeconfig')
  const direct = readFileSync(plane.kubeconfig, 'utf8')
  writeFileSync(kubeconfig, direct.replace(plane.server, `https://127.0.0.1:${proxy.port}`))
  const creator = keepCreator({
    KUBECONFIG: kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    // Every other seed: a process whose watch fails lives on, one that loses its Lease begins anew.
    LEADER_ELECTION: String(elects),
    POD_NAME: 'creator-1',
    POD_NAMESPACE: 'kees',
    PUT_RATE: '100',
    READ_RATE: '100',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  t.teardown(async () => {
    await creator.stop()
    await proxy.stop()
    await Promise.all([plane.stop(), ssm.stop()])
  })

  await eventually('it watches', () => creator.isReady(1))

  let pods = 0
  /** Whose pod stays, and whose is deleted while the creator may be at work. */
  const [wanted, dropped]: [TestGroup[], TestGroup[]] = [[], []]
  const addPod = async () => {
    const number = pods++
    const groups = (['RSA', 'pair', 'RANDOM', 'PASSWORD'] as const).map((kind) =>
      testGroup(kind, prefix, `${kind.toLowerCase()}${number}`),
    )
    const bad = { 'secret.bsycorp.com/bad': 'kind=DYNAMIC,type=PASSWORD,size=7' }
    const refused = testGroup('PASSWORD', prefix, `denied${number}`).annotations
    await createPod(plane, 'shop', `app-${number}`, { ...annotationsOf(prefix, groups), ...refused, ...bad })
    const stays = number % 8 !== 7
    ;(stays ? wanted : dropped).push(...groups)
    if (stays) return
    await sleep(random() * 1000)
    await plane.request('DELETE', `/api/v1/namespaces/shop/pods/app-${number}?gracePeriodSeconds=0`)
  }
  const freeze = async (time: number) => {
    proxy.freeze()
    await sleep(time)
    proxy.thaw()
  }
  const outages = {
    'killed creator': async () => {
      creator.kill()
      // What comes next would only keep it from starting.
      await eventually('another watches', () => creator.isReady(2))
    },
    'cut connections': async () => proxy.cut(),
    'silent for 3 s': () => freeze(3000),
    // Longer than the Lease may go without being renewed.
    'silent for 12 s': () => freeze(12_000),
    'restarted API server': plane.restartServer,
    // A watch cannot go on from before both.
    'restarted API server, unseen, with pods between': async () => {
      proxy.freeze()
      await plane.restartServer()
      await addPod()
      await plane.restartServer()
      proxy.thaw()
    },
  }
  const happened: string[] = []
  /** Why watches ended. */
  const causes = new Set<string>()
  const noteCauses = async () => {
    const metrics = await creator.metrics()
    for (const [, cause = ''] of metrics.matchAll(/watch_restarts_total\{cause="(\w+)"\}/g)) causes.add(cause)
  }
  for (
    const start = Date.now();
    Date.now() - start < seconds * 1000 || happened.length < Object.keys(outages).length;
  ) {
    for (let count = 0; count < 2; count++) await addPod()
    // Each in turn at first, then by chance; one that was just started would not show what became of its watch.
    const all = Object.entries(outages).slice(happened.length === 0 ? 0 : 1)
    const [what, doIt] = all[Math.max(0, happened.length - 1)] ?? all[Math.floor(random() * all.length)] ?? []
    if (what === undefined) throw new Error('no outage')
    happened.push(what)
    await doIt?.()
    await sleep(random() * 2000)
    await noteCauses()
  }
  isCalm = true
  const begun = Date.now()
  await eventually('all is made', () => wanted.every((group) => isComplete(ssm, group)), calm)
  await noteCauses()
  t.comment(
    `${pods} pods, ${spoilt} spoilt calls of ${ssm.calls.length}, ${creator.starts()} starts, all made ${Date.now() - begun} ms after the last fault; ${happened.join(', ')}; watches ended: ${[...causes].join(', ')}`,
  )
  if (elects) {
    const lost = creator.log().filter(({ message }) => message === 'the Lease was lost')
    t.ok(lost.length > 0, 'the Lease was lost')
  } else {
    t.ok(causes.has('silent') || causes.has('failed'), 'watches went silent or failed')
    // The last outage that comes in turn leaves no other way.
    t.ok(causes.has('expired'), 'the API server had forgotten where a watch was')
  }
  t.ok(spoilt > 20, `${spoilt} calls to the store were spoilt`)
  t.strictSame(
    faultsOf(ssm, wanted),
    [],
    `${wanted.length} groups are complete, match, and were written once`,
  )
  const halves = dropped.filter((group) => isComplete(ssm, group))
  t.strictSame(faultsOf(ssm, halves), [], 'so are those whose pods went, as far as they are made')
  const mine = new Set([...wanted, ...dropped].flatMap(({ names }) => names))
  const others = ssm.stored.names().filter((name) => !mine.has(`/${name}`.replace('//', '/')))
  t.strictSame(others, [], 'nothing else is stored')

  for (const reason of ['AccessDenied', 'InvalidAnnotation']) {
    const isTold = async () => (await eventsOf(plane, 'shop')).some((event) => event.reason === reason)
    await eventually(`${reason} is recorded`, isTold, calm)
  }
  const reasons = new Set((await eventsOf(plane, 'shop')).map(({ reason }) => reason))
  for (const wrong of ['MismatchedGroup', 'IncompleteGroup']) t.notOk(reasons.has(wrong), `no Event ${wrong}`)
  t.strictSame(
    creator.log().filter(({ message }) => /bug/.test(String(message))),
    [],
    'no bug was logged',
  )
})

// Measures the cost of the creator in clusters of three sizes, beside that of a client that only receives the same lists; prints tables,
// and draws docs/plots/creator-time.svg and creator-memory.svg. With --hostile, measures what another team notices of attacks.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { benchHostile } from './hostile/run.ts'
import { plotListMemory, plotListTime } from './creator-plots.ts'
import {
  changesAtRest,
  type CreatorRow,
  formatCreatorGrowth,
  formatListing,
  formatRest,
  formatWork,
  type Rest,
} from './creator-row.ts'
import { type CreatorRun, startCreatorRun } from './creator-run.ts'
import { machine } from './machine.ts'
import { measurePlainList } from './plain-list.ts'
import { type Fleet, newPod, parametersOf, podOf } from './pod-metadata.ts'
import { frame, listVersion, startPodReplay } from './pod-replay.ts'

const sizes = [1500, 15_000, 150_000]
/** About the latency of SSM. */
const storeLatency = 20
const changes = 100_000
const newPods = 30
const restSeconds = Number(process.env['KEES_REST_SECONDS'] ?? 30)

const storagePolicy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: ["*"], prefixes: ["/{namespace}"]}
`

type Replay = Awaited<ReturnType<typeof startPodReplay>>

const { values } = parseArgs({
  options: { hostile: { type: 'boolean', default: false }, pods: { type: 'string' } },
})
if (values.hostile) {
  await benchHostile(Number(process.env['KEES_HOSTILE_SECONDS'] ?? 120), process.env['KEES_HOSTILE_ATTACK'])
  process.exit()
}
const folder = mkdtempSync(join(tmpdir(), 'kees-bench-creator-'))
try {
  const rows: CreatorRow[] = []
  for (const pods of values.pods?.split(',').map(Number) ?? sizes)
    rows.push(await measure({ pods, templates: pods / 300, parametersPerTemplate: 4 }))
  const tables = [formatListing(rows), formatCreatorGrowth(rows), formatRest(rows), formatWork(rows)]
  process.stdout.write(`${machine()}; ${restSeconds} s at rest\n\n${tables.filter(Boolean).join('\n')}`)
  // A part of the sizes is no line.
  if (values.pods === undefined) {
    const plots = join(import.meta.dirname, '..', 'docs', 'plots')
    writeFileSync(join(plots, 'creator-time.svg'), plotListTime(rows))
    writeFileSync(join(plots, 'creator-memory.svg'), plotListMemory(rows))
  }
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(fleet: Fleet): Promise<CreatorRow> {
  say(`${fleet.pods} pods: starting`)
  const ssm = await startFakeSsm({ latency: storeLatency, limit: 100_000 })
  for (const name of parametersOf(fleet)) ssm.put(name, 'stored before')
  const replay = await startPodReplay(fleet, join(folder, 'kubeconfig'))
  const receives = await measurePlainList(replay.url, 'receives')
  const parses = await measurePlainList(replay.url, 'parses')
  const policy = join(folder, 'policy.yaml')
  writeFileSync(policy, storagePolicy)
  const before = process.cpuUsage()
  const creator = await startCreatorRun({
    KUBECONFIG: replay.kubeconfig,
    POLICY_FILE: policy,
    LEADER_ELECTION: 'false',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  })
  try {
    const wallSeconds = await creator.until(
      'the pods are listed',
      async () => (await creator.gauge('pods')) === fleet.pods,
    )
    const listed = { wallSeconds, cpuSeconds: creator.cpuSeconds(), peakBytes: creator.peak() }
    const { user, system } = process.cpuUsage(before)
    const wanted = fleet.templates * fleet.parametersPerTemplate
    const known = async () => (await creator.gauge('known_parameters')) === wanted
    const synced = await creator.until('every parameter is known', known)
    const storeCalls = ssm.calls.length
    say(`${fleet.pods} pods: listed after ${wallSeconds.toFixed(1)} s, peak ${listed.peakBytes / 1e6} MB`)
    await replay.watched()
    // Five a second, once: they are not part of what a creator at rest does.
    const inspected = async () => replay.calls.get >= fleet.templates
    await creator.until('a pod of each workload is read', inspected)
    const quiet = await rest(creator, () => sleep(restSeconds * 1000))
    const changing = await rest(creator, () => changeSlowly(replay, fleet))
    const cpuBefore = creator.cpuSeconds()
    const eventsPerSecond = await changeMany(creator, replay, fleet)
    const changesCpu = creator.cpuSeconds() - cpuBefore
    const latencies = await addNew(ssm, replay)
    await sleep(2000)
    return {
      fleet,
      listed,
      serverCpu: (user + system) / 1e6,
      receives,
      parses,
      synced,
      storeCalls,
      quiet,
      changing,
      peak: creator.peak(),
      steady: creator.resident(),
      eventsPerSecond,
      changesCpu,
      latencies,
    }
  } finally {
    await creator.kill()
    await Promise.all([replay.stop(), ssm.stop()])
  }
}

/** What the creator uses while nothing else asks it anything. */
async function rest(creator: CreatorRun, meanwhile: () => Promise<unknown>): Promise<Rest> {
  const now = () => ({ at: performance.now(), cpu: creator.cpuSeconds(), wakeUps: creator.wakeUps() })
  const before = now()
  await meanwhile()
  const after = now()
  const seconds = (after.at - before.at) / 1000
  return {
    cpuShare: (after.cpu - before.cpu) / seconds,
    wakeUpsPerSecond: (after.wakeUps - before.wakeUps) / seconds,
  }
}

/** Each change when its time has come. */
async function changeSlowly(replay: Replay, fleet: Fleet): Promise<void> {
  const all = changesAtRest * restSeconds
  const begun = performance.now()
  for (let sent = 0; sent < all;) {
    await sleep(5)
    const due = Math.min(all, Math.floor(((performance.now() - begun) / 1000) * changesAtRest))
    for (; sent < due; sent++) await replay.send(framesOf(sent, fleet))
  }
}

/** Pods change, end and start as fast as the creator reads. The run ends when the creator has seen the last change. */
async function changeMany(creator: CreatorRun, replay: Replay, fleet: Fleet): Promise<number> {
  const first = changesAtRest * restSeconds
  function* frames() {
    for (let index = first; index < first + changes; index++) yield* framesOf(index, fleet)
    yield frame('ADDED', podOf(fleet.pods, fleet, listVersion + first + changes + 1))
  }
  const sent = changes * 1.5 + 1
  const begun = performance.now()
  await replay.send(frames())
  await creator.until('all changes are seen', async () => (await creator.gauge('pods')) === fleet.pods + 1)
  return sent / ((performance.now() - begun) / 1000)
}

/** Half of the changes replace a pod, so that as many pods start as end. */
function framesOf(change: number, fleet: Fleet): string[] {
  const pod = podOf((change * 7919) % fleet.pods, fleet, listVersion + change + 1)
  return change % 4 < 2 ? [frame('MODIFIED', pod)] : [frame('DELETED', pod), frame('ADDED', pod)]
}

/** The times from sending the event of a pod to storing its secret, one pod after the other. In milliseconds. */
async function addNew(ssm: Awaited<ReturnType<typeof startFakeSsm>>, replay: Replay): Promise<number[]> {
  const latencies: number[] = []
  const first = listVersion + changesAtRest * restSeconds + changes + 2
  for (let index = 0; index < newPods; index++) {
    const { json, parameter } = newPod(index, first + index)
    const begun = performance.now()
    await replay.send([frame('ADDED', json)])
    while (ssm.stored.newest(parameter) === undefined) await sleep(1)
    latencies.push(performance.now() - begun)
    await sleep(700)
  }
  return latencies
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

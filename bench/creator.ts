// Measures the cost of the creator in clusters of three sizes and prints a table; with --hostile, what another team notices of attacks.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { benchHostile } from './hostile/run.ts'
import { type CreatorRun, startCreatorRun } from './creator-run.ts'
import { type Fleet, newPod, parametersOf, podOf } from './pod-metadata.ts'
import { frame, listVersion, startPodReplay } from './pod-replay.ts'

const fleets: readonly Fleet[] = [1500, 15_000, 150_000].map((pods) => ({
  pods,
  templates: pods / 300,
  parametersPerTemplate: 4,
}))
/** About the latency of SSM. */
const storeLatency = 20
const changes = 100_000
const newPods = 30

const storagePolicy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: ["*"], prefixes: ["/{namespace}"]}
`

type Row = {
  readonly fleet: Fleet
  readonly listed: number
  readonly synced: number
  readonly storeCalls: number
  readonly cpu: number
  readonly peak: number
  readonly steady: number
  readonly eventsPerSecond: number
  readonly latencies: readonly number[]
}

const [mode] = process.argv.slice(2)
if (mode === '--hostile') {
  await benchHostile(Number(process.env['KEES_HOSTILE_SECONDS'] ?? 120), process.env['KEES_HOSTILE_ATTACK'])
  process.exit()
}
const folder = mkdtempSync(join(tmpdir(), 'kees-bench-creator-'))
try {
  const rows: Row[] = []
  for (const fleet of fleets) rows.push(await measure(fleet))
  process.stdout.write(`${machine()}\n\n${format(rows)}`)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(fleet: Fleet): Promise<Row> {
  say(`${fleet.pods} pods: starting`)
  const ssm = await startFakeSsm({ latency: storeLatency, limit: 100_000 })
  for (const name of parametersOf(fleet)) ssm.put(name, 'stored before')
  const replay = await startPodReplay(fleet, join(folder, 'kubeconfig'))
  const policy = join(folder, 'policy.yaml')
  writeFileSync(policy, storagePolicy)
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
    const listed = await creator.until(
      'the pods are listed',
      async () => (await creator.gauge('pods')) === fleet.pods,
    )
    const wanted = fleet.templates * fleet.parametersPerTemplate
    const known = async () => (await creator.gauge('known_parameters')) === wanted
    const synced = await creator.until('every parameter is known', known)
    const storeCalls = ssm.calls.length
    const cpu = creator.cpuSeconds()
    say(
      `${fleet.pods} pods: synced after ${synced.toFixed(1)} s, ${storeCalls} calls, peak ${creator.peak() / 1e6} MB`,
    )
    await replay.watched()
    const eventsPerSecond = await changeMany(creator, replay, fleet)
    const latencies = await addNew(ssm, replay)
    await sleep(2000)
    const [peak, steady] = [creator.peak(), creator.resident()]
    return { fleet, listed, synced, storeCalls, cpu, peak, steady, eventsPerSecond, latencies }
  } finally {
    await creator.kill()
    await Promise.all([replay.stop(), ssm.stop()])
  }
}

/** Pods change, end and start as fast as the creator reads. The run ends when the creator has seen the last change. */
async function changeMany(
  creator: CreatorRun,
  replay: Awaited<ReturnType<typeof startPodReplay>>,
  fleet: Fleet,
): Promise<number> {
  function* frames() {
    for (let index = 0; index < changes; index++) {
      const version = listVersion + index + 1
      const pod = podOf((index * 7919) % fleet.pods, fleet, version)
      if (index % 4 < 2) yield frame('MODIFIED', pod)
      // Adds the same pod again, so that as many pods start as end.
      else {
        yield frame('DELETED', pod)
        yield frame('ADDED', pod)
      }
    }
    yield frame('ADDED', podOf(fleet.pods, fleet, listVersion + changes + 1))
  }
  const sent = changes * 1.5 + 1
  const begun = performance.now()
  await replay.send(frames())
  await creator.until('all changes are seen', async () => (await creator.gauge('pods')) === fleet.pods + 1)
  return sent / ((performance.now() - begun) / 1000)
}

/** The times from sending the event of a pod to storing its secret, one pod after the other. In milliseconds. */
async function addNew(
  ssm: Awaited<ReturnType<typeof startFakeSsm>>,
  replay: Awaited<ReturnType<typeof startPodReplay>>,
): Promise<number[]> {
  const latencies: number[] = []
  for (let index = 0; index < newPods; index++) {
    const { json, parameter } = newPod(index, listVersion + changes + 2 + index)
    const begun = performance.now()
    await replay.send([frame('ADDED', json)])
    while (ssm.stored.newest(parameter) === undefined) await sleep(1)
    latencies.push(performance.now() - begun)
    await sleep(700)
  }
  return latencies
}

function format(rows: readonly Row[]): string {
  const head = [
    'pods',
    'templates',
    'parameters',
    'listed',
    'synced',
    'store calls',
    'CPU until then',
    'peak memory',
    'memory at rest',
    'changes a second',
    'new secret: median',
    'new secret: longest',
  ]
  const lines = rows.map(({ fleet, ...row }) => {
    const sorted = row.latencies.toSorted((a, b) => a - b)
    return [
      fleet.pods,
      fleet.templates,
      fleet.templates * fleet.parametersPerTemplate,
      `${row.listed.toFixed(1)} s`,
      `${row.synced.toFixed(1)} s`,
      row.storeCalls,
      `${row.cpu.toFixed(1)} s`,
      `${(row.peak / 1e6).toFixed(0)} MB`,
      `${(row.steady / 1e6).toFixed(0)} MB`,
      row.eventsPerSecond.toFixed(0),
      `${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms`,
      `${sorted.at(-1)?.toFixed(0)} ms`,
    ]
  })
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function machine(): string {
  const [cpu] = cpus()
  return `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpu?.model ?? 'unknown'})`
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

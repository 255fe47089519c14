/**
 * Attacks the built creator, under the limits of its container, and measures what another team notices of it: for each attack
 * a creator of its own, first without the attack, then with it, then after it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { type CreatorProcess, startCreator } from '../../test/creator/process.ts'
import { machine } from '../machine.ts'
import { startHostileApi } from './api.ts'
import { type Attack, attacks, begin } from './attacks.ts'
import { makeCgroup } from './cgroup.ts'
import { startVictim, type Waits } from './victims.ts'

/** Those of install/creator/deployment.yaml; it has no limit of CPU. */
const limits = { memoryBytes: 512 * 2 ** 20, cpus: 1 }
const storeLatency = 20
/** What the other team may ask for within an hour, with some room: three parameters at a time. */
const requestsAnHour = 60

type Row = {
  readonly attack: Attack
  readonly before: Waits
  readonly under: Waits
  readonly heap: {
    readonly limit: number
    readonly before: number
    readonly most: number
    readonly after: number
  }
  readonly renewal: number
  readonly ended: string
}

/** @param seconds of each attack. @param only those whose names contain it. */
export async function benchHostile(seconds: number, only?: string): Promise<void> {
  const rows: Row[] = []
  const probe = makeCgroup(`kees-hostile-${process.pid}`, limits)
  if (typeof probe === 'string') say(`NO CGROUP, so no limits of memory and CPU: ${probe}`)
  else await probe.remove()
  for (const attack of attacks.filter(({ name }) => name.includes(only ?? '')))
    rows.push(await measure(attack, seconds))
  const how = typeof probe === 'string' ? 'without a cgroup' : 'in a cgroup with 512 MiB and one CPU'
  process.stdout.write(`${machine()}; ${seconds} s for each attack, ${how}.\n\n${format(rows)}`)
}

async function measure(attack: Attack, seconds: number): Promise<Row> {
  say(`${attack.name}: starting`)
  const folder = mkdtempSync(join(tmpdir(), 'kees-bench-hostile-'))
  const ssm = await startFakeSsm({
    latency: storeLatency,
    limit: 1_000_000,
    denied: ({ name }) => name.startsWith('/evil-denied'),
  })
  const api = await startHostileApi()
  writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig)
  writeFileSync(join(folder, 'policy.yaml'), policyFor(attack))
  const cgroup = makeCgroup(`kees-hostile-${process.pid}`, limits)
  const creator = await startCreator(
    {
      KUBECONFIG: join(folder, 'kubeconfig'),
      POLICY_FILE: join(folder, 'policy.yaml'),
      POD_NAME: 'creator',
      POD_NAMESPACE: 'kees',
      AWS_ENDPOINT_URL: ssm.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
    typeof cgroup === 'string' ? [] : cgroup.enter,
  )
  const ended: (number | string | null)[] = []
  void creator.ended.then((code) => ended.push(code))
  while (api.holder() !== 'creator') await sleep(100)
  const interval = Math.max(3000, (2 * seconds * 1000) / requestsAnHour)
  const victim = startVictim(api, ssm, interval)
  try {
    await sleep(seconds * 1000)
    const [before, heapBefore] = [victim.waits(), await heapOf(creator)]
    api.longestRenewal()
    const stop = begin(attack, api)
    let most = 0
    for (
      const start = performance.now();
      performance.now() - start < seconds * 1000 && ended.length === 0;
      await sleep(500)
    ) {
      most = Math.max(most, (await heapOf(creator)).used || 0)
    }
    const [under, renewal] = [victim.waits(), api.longestRenewal()]
    stop()
    // What was kept is garbage now; when it is collected, is up to Node.
    let after = Infinity
    for (
      const start = performance.now();
      performance.now() - start < Math.min(30, seconds) * 1000 && ended.length === 0;
      await sleep(500)
    ) {
      after = Math.min(after, (await heapOf(creator)).used || Infinity)
    }
    const heap = { limit: heapBefore.limit, before: heapBefore.used, most, after }
    const row = { attack, before, under, heap, renewal, ended: ended.join() }
    say(format([row]))
    return row
  } finally {
    victim.stop()
    await creator.kill()
    await Promise.all([api.stop(), ssm.stop()])
    if (typeof cgroup !== 'string') await cgroup.remove()
    rmSync(folder, { recursive: true })
  }
}

const shippedRule = '{namespaces: ["*"], prefixes: ["/{namespace}"]}'
const sharedRule = '{namespaces: ["evil*"], prefixes: ["/{namespace}"], shared: true}'

function policyFor({ shared }: Pick<Attack, 'shared'>): string {
  const rules = [...(shared ? [sharedRule] : []), shippedRule]
  return `apiVersion: kees.bsycorp.com/v1alpha1\nkind: StoragePolicy\nspec: {rules: [${rules.join(', ')}]}\n`
}

async function heapOf(creator: CreatorProcess) {
  return {
    used: await gauge(creator, 'kees_creator_heap_bytes{kind="used"}'),
    limit: await gauge(creator, 'kees_creator_heap_bytes{kind="limit"}'),
  }
}

/** NaN while the creator does not answer. */
async function gauge(creator: CreatorProcess, name: string): Promise<number> {
  const page = await creator.get('/metrics').catch(() => ({ text: '' }))
  const line = page.text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.split(' ').at(-1) ?? NaN)
}

function format(rows: readonly Row[]): string {
  const head = [
    'attack',
    'RANDOM p95',
    'under attack',
    'RSA-2048 p95',
    'under attack',
    'heap',
    'under attack, of the limit',
    'afterwards',
    'longest time between renewals of the Lease',
    'Lease lost',
  ]
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  const lines = rows.map(({ attack, before, under, heap, renewal, ended }) => [
    attack.name,
    seconds(p95(before.random)),
    seconds(p95(under.random)),
    seconds(p95(before.rsa)),
    seconds(p95(under.rsa)),
    megabytes(heap.before),
    `${megabytes(heap.most)} of ${megabytes(heap.limit)}`,
    megabytes(heap.after),
    seconds(renewal),
    ended === '' ? 'no' : `ended with ${ended}`,
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? NaN
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

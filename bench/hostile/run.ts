/**
 * Attacks the built creator, under the limits of its container, and measures what another team notices of it: for each attack
 * a creator of its own, first without the attack, then with it, then after it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { listOf, mapOf } from '../../api/json.ts'
import { parseQuantity } from '../../functions/inject-init/options/quantity.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { startCreator } from '../../test/creator/process.ts'
import { machine } from '../machine.ts'
import { kubeconfigOf } from '../replayed-pods.ts'
import { type Attack, attacks } from './attacks.ts'
import { type Limits, makeCgroup } from './cgroup.ts'
import { collectGarbage, debuggable, gauge, heapOf, peakOf } from './heap.ts'
import { podClient } from './pod-client.ts'
import { startApiProcess, startAttackerProcess } from './processes.ts'
import { formatTable, type Row } from './table.ts'
import { startVictim } from './victims.ts'

const storeLatency = 20
/** What the other team may ask for within an hour, with some room: three parameters at a time. */
const requestsAnHour = 60
const identity = 'creator'
const shippedRule = '{namespaces: ["*"], prefixes: ["/{namespace}"]}'

/** What ends and removes what was started, the latest last. */
type CleanUp = (() => unknown)[]

/** @param seconds of each attack. @param only those whose names contain it. */
export async function benchHostile(seconds: number, only = ''): Promise<void> {
  const cleanUp: CleanUp = []
  const ended = Promise.withResolvers<never>()
  const interrupted = (code: number) => {
    // What is measured meanwhile fails, and no longer matters.
    void undo(cleanUp).then(() => process.exit(code))
    running = ended.promise
  }
  process.once('SIGINT', () => interrupted(130))
  process.once('SIGTERM', () => interrupted(143))
  let running = measureAll(seconds, only, cleanUp)
  try {
    await running
  } catch (error) {
    await running
    throw error
  }
}

async function measureAll(seconds: number, only: string, cleanUp: CleanUp): Promise<void> {
  const limits = deployedLimits()
  const rows: Row[] = []
  let how = `in a cgroup with ${limits.memoryBytes / 2 ** 20} MiB and one CPU`
  for (const attack of attacks.filter(({ name }) => name.includes(only))) {
    say(`${attack.name}: starting`)
    const cgroup = makeCgroup(`kees-hostile-${process.pid}`, limits)
    if (typeof cgroup === 'string') {
      how = `WITHOUT A CGROUP, so without limits of memory and CPU: ${cgroup}`
      say(how)
    } else cleanUp.push(cgroup.remove)
    try {
      rows.push(await measure(attack, seconds, typeof cgroup === 'string' ? [] : cgroup.enter, cleanUp))
    } finally {
      await undo(cleanUp)
    }
    say(formatTable(rows.slice(-1)))
  }
  process.stdout.write(`${machine()}; ${seconds} s for each attack, ${how}.\n\n${formatTable(rows)}`)
}

async function undo(cleanUp: CleanUp): Promise<void> {
  for (let one = cleanUp.pop(); one !== undefined; one = cleanUp.pop()) await one()
}

async function measure(
  attack: Attack,
  seconds: number,
  enter: readonly string[],
  cleanUp: CleanUp,
): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-bench-hostile-'))
  cleanUp.push(() => rmSync(folder, { recursive: true }))
  const ssm = await startFakeSsm({
    latency: storeLatency,
    limit: 1_000_000,
    denied: ({ name }) => name.startsWith('/evil-denied'),
  })
  cleanUp.push(ssm.stop)
  const server = await startApiProcess()
  cleanUp.push(server.kill)
  const api = podClient(server.url, false)
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigOf(server.url))
  writeFileSync(join(folder, 'policy.yaml'), policyFor(attack))
  const creator = await startCreator(
    {
      KUBECONFIG: join(folder, 'kubeconfig'),
      POLICY_FILE: join(folder, 'policy.yaml'),
      POD_NAME: identity,
      POD_NAMESPACE: 'kees',
      AWS_ENDPOINT_URL: ssm.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
    [...enter, ...debuggable],
  )
  cleanUp.push(creator.kill)
  const ended: (number | string | null)[] = []
  void creator.ended.then((code) => ended.push(code))
  /** At most; not when the creator has ended. */
  const during = async (milliseconds: number, look: () => Promise<unknown>) => {
    for (const start = performance.now(); performance.now() - start < milliseconds && ended.length === 0;) {
      await look()
      await sleep(500)
    }
  }
  while ((await api.status()).holder !== identity) await sleep(100)
  say(`${attack.name}: the creator leads`)

  const victim = startVictim(api, ssm, Math.max(3000, (2 * seconds * 1000) / requestsAnHour))
  cleanUp.push(victim.stop)
  await sleep(seconds * 1000)
  const before = victim.waits()
  await collectGarbage(creator)
  const base = await heapOf(creator)
  const pods = await gauge(creator, 'kees_creator_pods')
  const peakBefore = peakOf(creator)
  await api.status()

  const attacker = startAttackerProcess(server.url, attack)
  cleanUp.push(attacker.kill)
  let most = 0
  let peakUnder = peakBefore
  await during(seconds * 1000, async () => {
    most = Math.max(most, (await heapOf(creator)).used || 0)
    peakUnder = Math.max(peakUnder, peakOf(creator))
  })
  const under = victim.waits()
  const { longestRenewal } = await api.status()
  victim.stop()
  await attacker.stop()
  let left = Infinity
  await during(30_000, async () => {
    if (left > pods + 2 * under.random.length) left = await gauge(creator, 'kees_creator_pods')
  })
  if (ended.length === 0) await collectGarbage(creator)
  const heap = { limit: base.limit, before: base.used, most, after: (await heapOf(creator)).used }
  const peak = { before: peakBefore, under: peakUnder }
  return { attack, before, under, heap, peak, renewal: longestRenewal, ended: ended.join() }
}

/** Of memory, those of the installation, which limits no CPU. One CPU is less than it has there. */
function deployedLimits(): Limits {
  const deployment: unknown = parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'install', 'creator', 'deployment.yaml'), 'utf8'),
  )
  const template = mapOf(mapOf(mapOf(deployment)['spec'])['template'])
  const [container] = listOf(mapOf(template['spec'])['containers'])
  const { memory } = mapOf(mapOf(mapOf(container)['resources'])['limits'])
  const quantity = typeof memory === 'string' ? parseQuantity(memory) : undefined
  if (quantity === undefined) throw new Error('the Deployment of the creator has no limit of memory')
  return { memoryBytes: Number(quantity.units), cpus: 1 }
}

function policyFor({ rules: before = [] }: Attack): string {
  const rules = [...before, shippedRule]
  return `apiVersion: kees.bsycorp.com/v1alpha1\nkind: StoragePolicy\nspec: {rules: [${rules.join(', ')}]}\n`
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/**
 * Simulated scale: nodes of kwok beside the real one. Templates of many pods roll out, then many Deployments at once, some of them in
 * one namespace that declares more than its quota. The creator runs on the real node as it is shipped, with its rates, limits and
 * policy. What is asserted does not depend on how long anything takes; what was measured is printed.
 *
 *     KEES_SCALE           small, or full: 5,000 pods of 50 templates, then 500 Deployments
 *     KEES_SCALE_PUT_RATE  the quota of the store for Puts, and PUT_RATE of the creator: 3 by default
 */
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { kwok } from '../../programs/tools.ts'
import { creatorName, measureLoad } from '../cluster-load.ts'
import { describeLoad } from '../describe-load.ts'
import { podsOfFakeNode, startFakeNodes } from '../fake-nodes.ts'
import { installCreator } from '../install-creator.ts'
import { sumOf } from '../metrics-text.ts'
import { appImage } from '../node-images.ts'
import { namedNode } from '../node-session.ts'
import { patientCluster } from '../patient-cluster.ts'
import { checkEvents, creatorEvents } from '../scale-events.ts'
import { maxNewPerHour, scaleOf, singles, templates, type Workloads } from '../scale-workloads.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

const scale = scaleOf(process.env['KEES_SCALE'] ?? 'small')
const putRate = Number(process.env['KEES_SCALE_PUT_RATE'] ?? 3)
const skip =
  nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset') || kwok().missing || false
const patience = 2_400_000
/** Of the manifest of the creator, in MB. */
const memoryLimit = 512 * 1.048_576
/** So many objects for one kubectl, which applies them one after the other. */
const slice = 100
const stays = 'trap "exit 0" TERM; while :; do sleep 0.5; done'

t.setTimeout(3 * patience)

t.test('simulated scale', { skip }, async (t) => {
  const cluster = patientCluster(await useNode(t))
  const { server, endpoint, inject } = await startStoreOfPods(t, cluster, {
    readsPerSecond: 40,
    putsPerSecond: putRate,
  })
  const rate = { op: 'add', path: '/spec/template/spec/containers/0/env/-' }
  await installCreator(t, cluster, endpoint, [
    { ...rate, value: { name: 'PUT_RATE', value: String(putRate) } },
  ])
  const pods = scale.templates * scale.replicas
  const deployments = scale.deployments + scale.crowd.deployments
  const kwokProcess = await startFakeNodes(
    t,
    cluster,
    Math.ceil((1.1 * (pods + deployments)) / podsOfFakeNode),
  )
  const crowd = await cluster.makeNamespace('scale-crowd')
  const [realNamespace, lastNamespace] = [
    await cluster.makeNamespace('scale-real'),
    await cluster.makeNamespace('scale-last'),
  ]
  const namespaces: string[] = []
  for (let index = 0; index < scale.namespaces; index++)
    namespaces.push(await cluster.makeNamespace(`scale-${index}`))

  const measure = () => measureLoad(cluster, kwokProcess)
  const print = (lines: readonly string[]) => lines.forEach((line) => t.comment(line))
  /** When many Deployments were applied, while none waited, and what was stored then. */
  const phases: { readonly begun: number; readonly before: ReadonlySet<string> }[] = []
  const storedNames = () => server.stored.names().map((name) => `/${name}`)
  const beginPhase = (begun: number) => phases.push({ begun, before: new Set(storedNames()) })
  const rollOut = ({ items }: Workloads) => {
    const slices = Array.from({ length: Math.ceil(items.length / slice) }, (_, index) =>
      inject({ apiVersion: 'v1', kind: 'List', items: items.slice(index * slice, (index + 1) * slice) }),
    )
    const begun = Date.now()
    const apply = (manifest: string) => cluster.kubectl(['apply', '--server-side', '-f', '-'], manifest)
    return { begun, created: Promise.all(slices.map(apply)) }
  }
  const ready = async () => {
    const path = 'jsonpath={.items[*].status.readyReplicas}'
    const counts = await cluster.kubectl(['get', 'deployments', '-A', '-l', 'scale=yes', '-o', path])
    return counts.split(' ').reduce((sum, one) => sum + Number(one), 0)
  }
  const isStored = (name: string) => server.stored.newest(name) !== undefined
  const storedOf = (names: readonly string[]) => names.filter(isStored)
  const latencies = (names: readonly string[], begun: number) => {
    const times = names
      .map((name) => ((server.stored.newest(name)?.writtenAt ?? 0) - begun) / 1000)
      .toSorted((a, b) => a - b)
    const at = (share: number) => `${Math.round(times[Math.ceil(share * times.length) - 1] ?? 0)} s`
    const after = (limit: number) => times.filter((time) => time > limit).length
    return `${times.length} parameters: half after ${at(0.5)}, 90 % after ${at(0.9)}, all after ${at(1)}; ${after(120)} after more than 120 s, ${after(300)} after more than 300 s`
  }
  const since = (begun: number) => `${Math.round((Date.now() - begun) / 1000)} s`

  const first = templates(scale, namespaces)
  const quiet = singles(scale, namespaces)
  const crowded = singles(scale.crowd, [crowd])
  const storedOutsideCrowd = () =>
    storedNames()
      .filter((name) => !crowded.parameters.includes(name))
      .toSorted()
  const begin = await measure()

  await t.test(`${pods} pods of ${scale.templates} templates`, async (t) => {
    const { begun, created } = rollOut(first)
    beginPhase(begun)
    await created
    await eventually('all parameters are stored', () => first.parameters.every(isStored), patience)
    print([latencies(first.parameters, begun)])
    await eventually('all pods are Ready', async () => (await ready()) === pods, patience)
    print([`all ${pods} pods Ready after ${since(begun)}`, '', ...describeLoad(begin, await measure())])
    t.strictSame(storedOutsideCrowd(), first.parameters.toSorted())
  })

  const token = `/${realNamespace}/token`
  const expected = [...first.parameters, ...quiet.parameters, token]
  await t.test(`${deployments} Deployments at once, and a pod on the real node among them`, async (t) => {
    const before = await measure()
    const parameters = [...quiet.parameters, ...crowded.parameters]
    const { begun, created } = rollOut({ items: [...quiet.items, ...crowded.items], parameters })
    beginPhase(begun)
    const most = quiet.parameters.length + maxNewPerHour
    const quarter = () => storedOf(parameters).length >= most / 4
    await eventually('a quarter of the parameters is stored', quarter, patience)

    const real = rollOut({ items: [realPod(realNamespace)], parameters: [token] })
    await real.created
    const phase = ['-n', realNamespace, 'get', 'pod', 'app', '-o', 'jsonpath={.status.phase}']
    const isRunning = async () => (await cluster.kubectl(phase)) === 'Running'
    await eventually('the pod on the real node is running', isRunning, patience)
    const others = storedOf(parameters).length
    const read = ['-n', realNamespace, 'exec', 'app', '-c', 'app', '--', 'cat', '/secret/secret']
    t.equal(await cluster.kubectl(read), `token=${server.stored.newest(token)?.value}\n`)
    print([
      `the pod on the real node: ${latencies([token], real.begun)}; running after ${since(real.begun)}, with ${others} of ${most} parameters of the others stored`,
    ])

    await created
    const isDone = () =>
      quiet.parameters.every(isStored) && storedOf(crowded.parameters).length >= maxNewPerHour
    await eventually('all parameters that the policy allows are stored', isDone, patience)
    print([latencies(storedOf(parameters), begun)])
    await eventually('all pods are Ready', async () => (await ready()) === pods + deployments, patience)
    const isReported = async () => {
      const messages = (await creatorEvents(cluster, 'QuotaExceeded')).map(({ message }) => message)
      return crowded.parameters.every(
        (name) => isStored(name) || messages.some((message) => message.includes(`${name}:`)),
      )
    }
    await eventually('an Event names each parameter that the quota refuses', isReported, patience)
    print([
      `all pods Ready and all Events there after ${since(begun)}`,
      '',
      ...describeLoad(before, await measure()),
    ])
    t.strictSame(storedOutsideCrowd(), expected.toSorted())
  })

  await t.test('a Deployment afterwards gets its parameters: the creator still watches', async (t) => {
    const last = singles({ deployments: 1, secrets: 1 }, [lastNamespace])
    await rollOut(last).created
    await eventually('the parameter is stored', () => last.parameters.every(isStored), patience)
    t.strictSame(storedOutsideCrowd(), [...expected, ...last.parameters].toSorted())
  })

  const { creator, processes } = await measure()
  const list = JSON.parse(await cluster.kubectl(['-n', 'kees', 'get', 'pods,leases', '-o', 'json']))
  const items: readonly Item[] = list.items
  const statuses = items.flatMap(({ status }) => status?.containerStatuses ?? [])
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0)
  const transitions = items.reduce((sum, { spec }) => sum + (spec.leaseTransitions ?? 0), 0)
  // A container that starts again may take the Lease of its pod, which is no transition.
  const leaders = 1 + transitions + restarts
  print([`restarts of the creator: ${restarts}; other holders of its Lease: ${transitions}`])

  await t.test('each parameter was created once, within the quota', async (t) => {
    const puts = server.calls.filter(({ action }) => action === 'PutParameter')
    t.strictSame(
      storedNames().filter((name) => server.stored.newest(name)?.version !== 1),
      [],
    )
    const repeated = puts.length - new Set(puts.flatMap((put) => put.names)).size
    const failed = sumOf(creator, 'kees_creator_store_errors_total', { operation: 'create' })
    print([`Puts: ${puts.length}, ${failed} of them failed; all calls to the store: ${server.calls.length}`])
    // What a creator counted is gone with its process. One that failed is not repeated if its namespace has used its quota meanwhile.
    if (restarts === 0)
      t.ok(repeated <= failed, `a Put is repeated only if it failed: ${repeated} of ${failed}`)
    // A call may arrive late, and never early. One of the phase before that is sent again does not count.
    const early = phases.flatMap(({ begun, before }) =>
      puts
        .filter(({ at, names }) => at >= begun && !names.some((name) => before.has(name)))
        .filter(({ at }, index) => at - begun < ((index - leaders) / putRate) * 1000 - 1000),
    )
    t.strictSame(early, [])
    // The quota of a namespace is in the memory of a leader. A Put whose answer was lost may have stored a parameter, and does not count.
    const most = (maxNewPerHour + failed) * leaders
    const inCrowd = storedOf(crowded.parameters).length
    t.ok(inCrowd >= maxNewPerHour && inCrowd <= most, `${inCrowd} in one namespace`)
  })

  const events =
    'no Event was dropped or refused, at most 1 % were given up, and with one leader none was recorded twice'
  await t.test(events, async (t) => {
    await checkEvents(t, await creatorEvents(cluster), creator, leaders)
  })

  await t.test('the creator stays within its memory limit', async (t) => {
    t.equal(statuses.length, 2, 'two replicas')
    for (const { lastState } of statuses) t.not(lastState.terminated?.reason, 'OOMKilled')
    const replicas = [...processes.values()].filter(({ name }) => name.startsWith(creatorName))
    t.equal(replicas.length, statuses.length)
    for (const { name, peakMemory } of replicas) t.ok(peakMemory < memoryLimit, `${name}: ${peakMemory} MB`)
  })

  // Not pod by pod: the other tests of a run share the node.
  for (const one of [crowd, lastNamespace, ...namespaces]) {
    for (const kind of ['deployments', 'replicasets'])
      await cluster.kubectl(['-n', one, 'delete', kind, '--all', '--cascade=orphan'])
    await cluster.kubectl(['delete', '--raw', `/api/v1/namespaces/${one}/pods?gracePeriodSeconds=0`])
  }
})

type Item = {
  readonly spec: { readonly leaseTransitions?: number }
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly restartCount: number
      readonly lastState: { readonly terminated?: { readonly reason: string } }
    }[]
  }
}

function realPod(namespace: string): object {
  const annotations = {
    'init.bsycorp.com/storage-prefix': `/${namespace}`,
    'secret.bsycorp.com/token': 'kind=DYNAMIC,type=PASSWORD,size=256',
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', namespace, annotations },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'app', image: appImage, command: ['sh', '-c', stays] }],
    },
  }
}

/**
 * Hours of a cluster's life in minutes: roll-outs with annotations that come and go, values and annotations that change while
 * apps run, a creator that is restarted, a store that is away. In the end nothing is lost or overwritten, and what runs from
 * start to end takes no more than at the start. KEES_SOAK_SECONDS sets how long it goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Fault } from '../../../runtime/fake-ssm/faults.ts'
import { eventually } from '../../programs/eventually.ts'
import { appDeployment } from '../app-pod.ts'
import { installCreator } from '../install-creator.ts'
import { type ProcessFigures, processFigures } from '../process-figures.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

const seconds = Number(process.env['KEES_SOAK_SECONDS'] ?? 300)
const patience = 240_000
/** How many generated parameters the app declares at a time. */
const kept = 4

t.setTimeout(seconds * 1000 + 1_800_000)

const password = 'secret.bsycorp.com/db.password'
const reference = 'kind=REFERENCE,type=PASSWORD'
const generated = 'kind=DYNAMIC,type=PASSWORD,size=256'

t.test(`changes and outages for ${seconds} s`, { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  let isAway = false
  const fault = (): Fault | undefined => (isAway ? { kind: 'reset' } : undefined)
  const { server, endpoint, inject } = await startStoreOfPods(t, cluster, { fault })
  await installCreator(t, cluster, endpoint)
  const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
  const creatorIsReady = () => inKees('rollout', 'status', 'deployment/kees-creator', '--timeout=240s')

  const namespace = await cluster.makeNamespace('soak')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const parameter = (name: string) => `/${namespace}/${name}`
  const valueOf = (name: string) => server.stored.newest(parameter(name))?.value ?? ''

  /** What the Deployment `app` declares, beside the password. */
  const declared: string[] = ['token-0']
  let tokens = 1
  let passwords = 0
  const putPassword = () => server.put(parameter('db.password'), `fakepassword${++passwords}`)
  putPassword()
  /** `app` is rolled out again and again; `steady` runs from start to end. */
  const deployment = (name: string, annotations: Readonly<Record<string, string>>) => {
    const all = { 'init.bsycorp.com/storage-prefix': `/${namespace}`, ...annotations }
    return appDeployment(namespace, name, all, 1, { terminationGracePeriodSeconds: 5 })
  }
  // With the least memory that inject-init accepts, and as many refreshes as a usual one has in days.
  const least = { requests: { memory: '40Mi' }, limits: { memory: '40Mi' } }
  for (const [name, more, options] of [
    ['app', { 'secret.bsycorp.com/token-0': generated }, { refresh: '3s' }],
    ['steady', {}, { refresh: '1s', containerResources: least }],
  ] as const) {
    const manifest = inject(deployment(name, { [password]: reference, ...more }), options)
    await cluster.kubectl(['create', '-f', '-'], manifest)
  }
  const rolledOut = (name: string) => inNamespace('rollout', 'status', `deployment/${name}`, '--timeout=290s')
  for (const name of ['app', 'steady']) await rolledOut(name)

  const podsOf = async (of: string, inside: string): Promise<readonly Pod[]> => {
    const { items } = JSON.parse(await cluster.kubectl(['-n', inside, 'get', 'pods', '-l', of, '-o', 'json']))
    return items.filter(({ metadata }: Pod) => metadata.deletionTimestamp === undefined)
  }
  const podOf = async (name: string) => {
    const pods = await podsOf(`app=${name}`, namespace)
    return pods.length === 1 ? (pods[0]?.metadata.name ?? '') : ''
  }
  const file = async (name: string) =>
    inNamespace('exec', await podOf(name), '-c', 'app', '--', 'cat', '/secret/secret')
  const lines = (names: readonly string[]) =>
    [...names, 'db.password'].toSorted().map((name) => `${name}=${valueOf(name)}\n`)
  const reads = (name: string, names: readonly string[]) =>
    eventually(
      `${name} reads ${names.join(', ')}`,
      async () => (await podOf(name)) !== '' && (await file(name)) === lines(names).join(''),
      patience,
    )
  const annotate = (...args: string[]) => inNamespace('annotate', 'pod', '-l', 'app=steady', ...args)
  const isFailing = async () => {
    const metrics = [
      'exec',
      await podOf('steady'),
      '-c',
      'app',
      '--',
      'wget',
      '-q',
      '-O-',
      'http://127.0.0.1:9929/metrics',
    ]
    return /^kees_init_refresh_failing 1$/m.test(await inNamespace(...metrics))
  }

  /** Generated parameters, as they were when they were first seen. */
  const made = new Map<string, string>()
  const remember = () => {
    for (const name of declared) if (!made.has(name)) made.set(name, valueOf(name))
  }

  /** One parameter more, and none of those that the app has had for long. */
  const startRollOut = async () => {
    const added = `token-${tokens++}`
    declared.push(added)
    const removed = declared.splice(0, declared.length - kept)
    const annotations = Object.fromEntries([
      [`secret.bsycorp.com/${added}`, generated],
      ...removed.map((name) => [`secret.bsycorp.com/${name}`, null]),
    ])
    const patch = JSON.stringify({ spec: { template: { metadata: { annotations } } } })
    await inNamespace('patch', 'deployment', 'app', '--patch', patch)
  }
  const finishRollOut = async () => {
    await rolledOut('app')
    await reads('app', declared)
    remember()
  }
  const isFirstHalf = (start: number) => Date.now() - start < seconds * 500
  const leader = () => inKees('get', 'lease', 'kees-creator', '-o', 'jsonpath={.spec.holderIdentity}')

  const steps = {
    'a roll-out': async () => {
      await startRollOut()
      await finishRollOut()
    },
    'a new value': async () => {
      putPassword()
      await reads('app', declared)
      await reads('steady', [])
    },
    'an annotation on a running pod': async () => {
      server.put(parameter('api.key'), `fakekey${passwords}`)
      await annotate(`secret.bsycorp.com/api.key=${reference}`)
      await reads('steady', ['api.key'])
      await annotate('secret.bsycorp.com/api.key-')
      await reads('steady', [])
    },
    'an invalid annotation on a running pod': async () => {
      await annotate('secret.bsycorp.com/api.key=kind=STATIC')
      await eventually('it is reported', isFailing, patience)
      await annotate('secret.bsycorp.com/api.key-')
      await eventually('it is reported no more', async () => !(await isFailing()), patience)
    },
    'a store that is away during a roll-out': async () => {
      isAway = true
      try {
        await startRollOut()
        await sleep(20_000)
      } finally {
        isAway = false
      }
      await finishRollOut()
    },
    'a creator that ends': async () => {
      await inKees('delete', 'pod', await leader(), '--wait=false')
      await startRollOut()
      await finishRollOut()
      await creatorIsReady()
    },
    'a creator that is killed': async () => {
      await inKees('delete', 'pod', await leader(), '--force', '--grace-period=0')
      await startRollOut()
      await finishRollOut()
      await creatorIsReady()
    },
  }

  /** Of what is there from now on. */
  const figures = async (): Promise<ReadonlyMap<string, ProcessFigures>> => {
    const inContainer =
      (where: string, pod: string, container: string) =>
      (...command: string[]) =>
        cluster.kubectl(['-n', where, 'exec', pod, '-c', container, '--', ...command])
    const all = new Map<string, ProcessFigures>()
    const steady = await podOf('steady')
    all.set(steady, await processFigures(inContainer(namespace, steady, 'refresh-container')))
    for (const { metadata } of await podsOf('app.kubernetes.io/name=kees-creator', 'kees'))
      all.set(metadata.name, await processFigures(inContainer('kees', metadata.name, 'creator')))
    return all
  }

  const start = Date.now()
  const counts = new Map<string, number>()
  let before: Awaited<ReturnType<typeof figures>> | undefined
  for (let round = 0; round === 0 || Date.now() - start < seconds * 1000; round++) {
    for (const [title, step] of Object.entries(steps)) {
      // What remains of the creator in the second half is compared with what it was.
      if (title.startsWith('a creator') && round > 0 && !isFirstHalf(start)) continue
      await step()
      counts.set(title, (counts.get(title) ?? 0) + 1)
    }
    if (!isFirstHalf(start)) before ??= await figures()
  }
  before ??= await figures()
  const after = await figures()
  t.comment([...counts].map(([title, count]) => `${title}: ${count}`).join(', '))
  t.comment(
    `${made.size} parameters, ${server.calls.length} calls in ${Math.round((Date.now() - start) / 1000)} s`,
  )

  t.strictSame([...after.keys()].toSorted(), [...before.keys()].toSorted(), 'no pod was replaced')
  for (const [pod, { memory, descriptors }] of after) {
    const then = before.get(pod)
    const text = `${pod}: ${then?.memory.toFixed(1)} MiB and ${then?.descriptors} descriptors, then ${memory.toFixed(1)} and ${descriptors}`
    t.ok(then && memory < 1.5 * then.memory && descriptors <= then.descriptors + 4, text)
  }
  const pods = [
    ...(await podsOf('app=steady', namespace)),
    ...(await podsOf('app.kubernetes.io/name=kees-creator', 'kees')),
  ]
  const restarts = pods.flatMap(({ status }) =>
    [...(status.initContainerStatuses ?? []), ...status.containerStatuses].map((one) => one.restartCount),
  )
  t.strictSame(new Set(restarts), new Set([0]), 'no container was restarted')
  for (const [name, value] of made) {
    const { version, value: now } = server.stored.newest(parameter(name)) ?? {}
    t.ok(value !== '' && now === value && version === 1, `${name} is as it was made`)
  }
  t.equal(made.size, tokens, 'each declared parameter was made')
  await reads('app', declared)
  await reads('steady', [])
  const logs = await inKees('logs', '-l', 'app.kubernetes.io/name=kees-creator', '--tail=-1')
  t.notOk(
    [...made.values()].some((value) => logs.includes(value)),
    'no value is logged',
  )
})

type Pod = {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: {
    readonly initContainerStatuses?: readonly { readonly restartCount: number }[]
    readonly containerStatuses: readonly { readonly restartCount: number }[]
  }
}

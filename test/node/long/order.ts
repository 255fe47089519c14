/** The order of init containers and native sidecars: beside the proxy of a service mesh as Istio's webhook adds it, and an app's own. */
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { appContainer, stays } from '../app-pod.ts'
import { appImage } from '../node-images.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
/** Where the proxy of the mesh listens. */
const port = 15_001

type Container = {
  readonly name: string
  readonly env?: { readonly name: string; value?: string }[]
}
type Manifest = { readonly spec: { readonly initContainers: Container[]; readonly volumes: object[] } }
type Status = {
  readonly name: string
  readonly state: { readonly running?: object; readonly terminated?: { readonly finishedAt: string } }
  readonly started?: boolean
  readonly restartCount: number
}

/** A namespace with a store that only the proxy reaches. */
async function start(t: Test, title: string) {
  const cluster = await useNode(t)
  const { server, endpoint, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace(title)
  const kubectl = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const { hostname, port: ofStore } = new URL(endpoint)
  /** As Istio adds them where it uses native sidecars: in front of all others. */
  const mesh = [
    { name: 'istio-init', image: appImage, command: ['true'] },
    {
      name: 'istio-proxy',
      image: appImage,
      restartPolicy: 'Always',
      command: ['sh', '-c', `nc -ll -p ${port} -e nc ${hostname} ${ofStore} & ${stays}`],
      startupProbe: {
        exec: { command: ['test', '-e', '/state/ready'] },
        periodSeconds: 1,
        failureThreshold: 600,
      },
      securityContext: { runAsUser: 1337 },
      volumeMounts: [{ name: 'state', mountPath: '/state' }],
    },
  ]
  return {
    server,
    kubectl,
    create: (object: object) =>
      cluster.kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify(object)),
    /** Injected at build time, then changed by the webhook of the mesh. */
    inMesh: (pod: { readonly metadata: object; readonly spec: object }): Manifest & { metadata: object } => {
      const injected: Manifest & { metadata: object } = parse(
        inject({ apiVersion: 'v1', kind: 'Pod', ...pod }, { refresh: '2s' }),
      )
      for (const { env = [] } of injected.spec.initContainers)
        for (const one of env) if (one.name === 'AWS_ENDPOINT_URL') one.value = `http://127.0.0.1:${port}`
      const initContainers = [...mesh, ...injected.spec.initContainers]
      const volumes = [...injected.spec.volumes, { name: 'state', emptyDir: {} }]
      return { ...injected, spec: { ...injected.spec, initContainers, volumes } }
    },
    inject,
    statuses: async (name: string): Promise<Status[]> => {
      const { status } = JSON.parse(await kubectl('get', 'pod', name, '-o', 'json'))
      return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    },
    letProxyStart: (name: string) =>
      kubectl('exec', name, '-c', 'istio-proxy', '--', 'touch', '/state/ready'),
  }
}

const waits = { state: { waiting: { reason: 'PodInitializing' } }, restartCount: 0 }
const hasEnded = { state: { terminated: { exitCode: 0 } }, restartCount: 0 }
const runs = { state: { running: {} }, started: true, restartCount: 0 }

t.test(
  'init and its sidecar start after the proxy of the mesh, and call AWS through it',
  { skip: nodeTestsMissing },
  async (t) => {
    const { server, kubectl, create, inMesh, statuses, letProxyStart } = await start(t, 'mesh')
    const containers = [appContainer]
    const spec = { terminationGracePeriodSeconds: 1, containers }
    await create(inMesh({ metadata: { name: 'app', annotations }, spec }))
    const proxyRuns = async () => {
      const proxy = (await statuses('app')).find(({ name }) => name === 'istio-proxy')
      return proxy !== undefined && 'running' in proxy.state
    }
    await eventually('the proxy runs', proxyRuns, patience)
    t.match(await statuses('app'), [
      { name: 'istio-init', ...hasEnded },
      { name: 'istio-proxy', started: false },
      { name: 'init-container', ...waits },
      { name: 'refresh-container', ...waits },
      { name: 'app', ...waits },
    ])
    t.equal(server.calls.length, 0)

    await letProxyStart('app')
    await kubectl('wait', '--for=condition=Ready', 'pod/app', '--timeout=240s')
    t.match(await statuses('app'), [
      { name: 'istio-init', ...hasEnded },
      { name: 'istio-proxy', ...runs },
      { name: 'init-container', ...hasEnded },
      { name: 'refresh-container', ...runs },
      { name: 'app', ...runs },
    ])
    const secret = () => kubectl('exec', 'app', '-c', 'app', '--', 'cat', '/secret/secret')
    t.equal(await secret(), 'db.password=fakepassword\n')
    server.put('/db.password', 'fakepassword2')
    const isThere = async () => (await secret()) === 'db.password=fakepassword2\n'
    await eventually('the sidecar refreshes through the proxy', isThere, patience)
  },
)

t.test(
  'a Job in the mesh completes: both sidecars end after its container',
  { skip: nodeTestsMissing },
  async (t) => {
    const { kubectl, create, inMesh, statuses, letProxyStart } = await start(t, 'mesh-job')
    const containers = [{ name: 'app', image: appImage, command: ['cut', '-d=', '-f1', '/secret/secret'] }]
    const { metadata, spec } = inMesh({
      metadata: { name: 'unused', annotations },
      spec: { restartPolicy: 'Never', containers },
    })
    const template = {
      metadata: { annotations: 'annotations' in metadata ? metadata.annotations : {} },
      spec,
    }
    await create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'report' },
      spec: { backoffLimit: 0, template },
    })
    const pod = async () => (await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}')).trim()
    await eventually('its pod is there', async () => (await pod()) !== '', patience)
    const name = await pod()
    const proxyRuns = async () =>
      (await statuses(name)).some((one) => one.name === 'istio-proxy' && 'running' in one.state)
    await eventually('the proxy runs', proxyRuns, patience)
    await letProxyStart(name)
    await kubectl('wait', '--for=condition=Complete', 'job/report', '--timeout=240s')
    t.equal(await kubectl('logs', name, '-c', 'app'), 'db.password\n')
    const ended = await statuses(name)
    for (const one of ended) t.match(one, hasEnded, one.name)
    const endOf = (container: string) =>
      Date.parse(ended.find(({ name: one }) => one === container)?.state.terminated?.finishedAt ?? '')
    for (const sidecar of ['istio-proxy', 'refresh-container'])
      t.ok(endOf(sidecar) >= endOf('app'), `${sidecar} ends after the app`)
  },
)

t.test(
  'init containers and native sidecars of the app read the secrets',
  { skip: nodeTestsMissing },
  async (t) => {
    const { kubectl, create, inject, statuses } = await start(t, 'own')
    const own = { image: appImage }
    const spec = {
      terminationGracePeriodSeconds: 1,
      initContainers: [
        { ...own, name: 'migrate', command: ['cat', '/secret/secret'] },
        {
          ...own,
          name: 'agent',
          command: ['sh', '-c', `cat /secret/secret; ${stays}`],
          restartPolicy: 'Always',
        },
        { ...own, name: 'check', command: ['cat', '/secret/secret'] },
      ],
      containers: [{ ...own, name: 'app', command: ['sh', '-c', `cat /secret/secret; ${stays}`] }],
    }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', annotations }, spec }
    await create(parse(inject(pod, { refresh: '2s' })))
    await kubectl('wait', '--for=condition=Ready', 'pod/app', '--timeout=240s')
    const all = ['init-container', 'refresh-container', 'migrate', 'agent', 'check', 'app']
    t.strictSame(
      (await statuses('app')).map(({ name }) => name),
      all,
    )
    for (const name of ['migrate', 'agent', 'check', 'app'])
      t.equal(await kubectl('logs', 'app', '-c', name), 'db.password=fakepassword\n', name)
  },
)

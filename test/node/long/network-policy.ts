/** The NetworkPolicies of the creator's base and of docs/network.md, which kube-router enforces with iptables in the network of the node. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { root } from '../../programs/programs.ts'
import { kubeRouter } from '../../programs/tools.ts'
import { runQuietly } from '../../../scripts/run-quietly.ts'
import { appPod } from '../app-pod.ts'
import { installCreator } from '../install-creator.ts'
import { appImage } from '../node-images.ts'
import { namedNode } from '../node-session.ts'
import { removeIfPassed } from '../remove-if-passed.ts'
import { startBeside } from '../start-beside.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { type Cluster, nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const skip =
  nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset') || kubeRouter().missing || false
const patience = 240_000
const page = readFileSync(join(root, 'docs/network.md'), 'utf8')
/** By the name in its first line. */
const ofPage = (name: string) =>
  new RegExp(`^\`\`\`yaml\n# ${name}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? ''

type Policy = {
  readonly spec: { readonly egress: readonly { readonly ports: { port: number | string }[] }[] }
}

type CreatorPod = {
  readonly status: {
    readonly podIP: string
    readonly containerStatuses: readonly { readonly ready: boolean; readonly restartCount: number }[]
  }
}

type Container = { name: string; image: string; command?: string[]; env?: object[] }

/** A policy of the page, with the port of the test's store in the place of one of the page's. */
function withPort(name: string, before: number, endpoint: string): string {
  const policy: Policy = parse(ofPage(name))
  const ports = policy.spec.egress.flatMap((rule) => rule.ports).filter(({ port }) => port === before)
  if (ports.length !== 1) throw new Error(`${name} does not name the port ${before} once`)
  for (const one of ports) one.port = Number(new URL(endpoint).port)
  return stringify(policy)
}

/** Enforces policies until the test ends. */
async function enforce(t: Test, cluster: Cluster): Promise<void> {
  const { stop } = await startBeside(t, cluster, kubeRouter().path ?? '', [
    '--run-router=false',
    '--run-service-proxy=false',
    '--run-firewall=true',
    '--hostname-override=node',
    '--service-cluster-ip-range=10.0.0.0/24',
  ])
  // Its rules stay without it, and other tests share the node. The kubelet makes its own again.
  t.teardown(async () => {
    await stop()
    const [command = '', ...enter] = cluster.enter
    await runQuietly(command, [...enter, 'sh', '-c', 'iptables -F && iptables -X && ipset destroy'])
  })
}

t.test('NetworkPolicies that are enforced', { skip }, async (t) => {
  const cluster = await useNode(t)
  await enforce(t, cluster)
  const { server, endpoint, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  // A server that no policy allows.
  const other = await startStoreOfPods(t, cluster)
  const create = (object: object) => cluster.kubectl(['create', '-f', '-'], JSON.stringify(object))
  const ready = (namespace: string, name: string) =>
    cluster.kubectl(['-n', namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=240s'])
  /** Whether a connection is made: an answer of the server, also a refusal, shows that it is. */
  const reaches = (namespace: string, name: string, address: string) =>
    cluster
      .kubectl([
        '-n',
        namespace,
        'exec',
        name,
        '-c',
        'app',
        '--',
        'nc',
        '-w',
        '3',
        ...address.split(':'),
        '-e',
        'true',
      ])
      .then(
        () => true,
        (error: unknown) => {
          // Of nc. Another error is one of kubectl.
          if (!/command terminated with exit code 1$/m.test(String(error))) throw error
          return false
        },
      )
  const addressOf = (url: string) => new URL(url).host

  await t.test(
    'an app that may only reach the store gets its secrets, and reaches nothing else',
    async (t) => {
      const namespace = await cluster.makeNamespace('closed')
      const secret = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
      await create(appPod(namespace, 'before', {}))
      await ready(namespace, 'before')
      t.ok(await reaches(namespace, 'before', addressOf(other.endpoint)), 'without a policy')
      const text = withPort('app-egress.yaml', 443, endpoint)
      await cluster.kubectl(['-n', namespace, 'create', '-f', '-'], text)
      const isClosed = async () => !(await reaches(namespace, 'before', addressOf(other.endpoint)))
      await eventually('the policy is enforced', isClosed, patience)
      t.ok(await reaches(namespace, 'before', addressOf(endpoint)), 'the store')

      await cluster.kubectl(
        ['create', '-f', '-'],
        inject(appPod(namespace, 'app', secret), { refresh: '2s' }),
      )
      await ready(namespace, 'app')
      const read = () =>
        cluster.kubectl(['-n', namespace, 'exec', 'app', '-c', 'app', '--', 'cat', '/secret/secret'])
      t.equal(await read(), 'db.password=fakepassword\n')
      const isClosedToo = async () => !(await reaches(namespace, 'app', addressOf(other.endpoint)))
      await eventually('it is enforced for the new pod', isClosedToo, patience)
      server.put('/db.password', 'fakepassword2')
      const isThere = async () => (await read()) === 'db.password=fakepassword2\n'
      await eventually('the sidecar goes on', isThere, patience)
    },
  )

  await t.test('without egress to the store, init ends with 5', async (t) => {
    const namespace = await cluster.makeNamespace('denied')
    const metadata = { name: 'deny', namespace }
    await create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: {}, policyTypes: ['Egress'] },
    })
    // Once it is enforced for this pod, init starts: the app's own init container waits for it.
    const manifest: { spec: { initContainers: Container[] } } = parse(
      inject(appPod(namespace, 'app', { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' })),
    )
    const [host, port] = addressOf(endpoint).split(':')
    const waits = `while nc -w 1 ${host} ${port} -e true; do sleep 0.2; done`
    for (const { env } of manifest.spec.initContainers) env?.push({ name: 'DEADLINE', value: '10s' })
    manifest.spec.initContainers.unshift({ name: 'wait', image: appImage, command: ['sh', '-c', waits] })
    await create({ ...manifest, spec: { ...manifest.spec, restartPolicy: 'Never' } })
    await cluster.kubectl([
      '-n',
      namespace,
      'wait',
      '--for=jsonpath={.status.phase}=Failed',
      'pod/app',
      '--timeout=240s',
    ])
    const { status } = JSON.parse(await cluster.kubectl(['-n', namespace, 'get', 'pod', 'app', '-o', 'json']))
    t.match(status.initContainerStatuses[1].state.terminated, { exitCode: 5, message: /was not reached/ })
  })

  await t.test(
    'the creator: its probes and the API server pass, a store on another port only with a policy of its own',
    async (t) => {
      const namespace = await cluster.makeNamespace('creator')
      // Ready: the kubelet reaches its probes, and it has listed the pods.
      await installCreator(t, cluster, endpoint)
      const policies = await cluster.kubectl(['-n', 'kees', 'get', 'networkpolicies', '-o', 'name'])
      t.equal(policies, 'networkpolicy.networking.k8s.io/kees-creator\n')
      const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
      const pods = async (): Promise<readonly CreatorPod[]> =>
        JSON.parse(await inKees('get', 'pods', '-o', 'json')).items
      await create(appPod(namespace, 'neighbour', {}))
      await ready(namespace, 'neighbour')
      const areClosed = async () => {
        const ips = (await pods()).map(({ status }) => status.podIP)
        t.equal(ips.length, 2)
        for (const ip of ips) {
          const isClosed = async () => !(await reaches(namespace, 'neighbour', `${ip}:8080`))
          await eventually('no other pod reaches the creator', isClosed, patience)
        }
        return ips
      }
      await areClosed()
      // The first ones may have started before the policy was enforced.
      await inKees('rollout', 'restart', 'deployment/kees-creator')
      await inKees('rollout', 'status', 'deployment/kees-creator', '--timeout=240s')
      await eventually('the first ones are gone', async () => (await pods()).length === 2, patience)
      const ips = await areClosed()

      const log = () => inKees('logs', '-l', 'app.kubernetes.io/name=kees-creator', '--tail=-1')
      const isUnreached = async () => (await log()).includes('UNREACHABLE')
      const declared = {
        'init.bsycorp.com/storage-prefix': `/${namespace}`,
        'secret.bsycorp.com/token': 'kind=DYNAMIC,type=PASSWORD,size=256',
      }
      await create(appPod(namespace, 'declares', declared))
      await eventually('the creator reports that it does not reach the store', isUnreached, patience)
      t.strictSame(
        server.stored.names().filter((one) => one.includes(namespace)),
        [],
      )

      const text = withPort('proxy-egress.yaml', 3128, endpoint)
      removeIfPassed(t, () => cluster.kubectl(['delete', '-f', '-'], text))
      await cluster.kubectl(['create', '-f', '-'], text)
      const isStored = () => server.stored.newest(`/${namespace}/token`) !== undefined
      await eventually('the parameter is made', isStored, patience)

      await inKees(
        'patch',
        'networkpolicy',
        'kees-creator',
        '--patch',
        readFileSync(join(root, 'install/creator/service-monitor/network-policy.yaml'), 'utf8'),
      )
      for (const ip of ips) {
        const isOpen = () => reaches(namespace, 'neighbour', `${ip}:8080`)
        await eventually('the component service-monitor lets Prometheus scrape it', isOpen, patience)
      }
      const statuses = (await pods()).flatMap(({ status }) => status.containerStatuses)
      for (const one of statuses) t.match(one, { ready: true, restartCount: 0 })
    },
  )
})

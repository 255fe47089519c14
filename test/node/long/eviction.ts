/** Pods that are evicted: the creator by a drain, which its PodDisruptionBudget limits, and an app by the kubelet. */
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { appContainer, appDeployment, appPod } from '../app-pod.ts'
import { installCreator } from '../install-creator.ts'
import { namedNode } from '../node-session.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_200_000)

const patience = 300_000

// Other workloads of another cluster need its nodes.
const drainMissing = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')

t.test('a drain leaves one creator, which goes on', { skip: drainMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  await installCreator(t, cluster, endpoint)
  const namespace = await cluster.makeNamespace('drain')
  const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
  const names = async () => {
    const flags = ['--field-selector=status.phase=Running', '-o', 'jsonpath={.items[*].metadata.name}']
    return (await inKees('get', 'pods', ...flags)).split(' ')
  }
  const before = await names()
  t.equal(before.length, 2)
  const nodes = (await cluster.kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}'])).split(
    ' ',
  )
  t.teardown(() => cluster.kubectl(['uncordon', ...nodes]))

  const selector = '--pod-selector=app.kubernetes.io/name=kees-creator'
  const drain = cluster.kubectl(['drain', ...nodes, selector, '--timeout=40s'])
  await t.rejects(drain, { message: /it would violate the pod's disruption budget/ })
  const [left = '', ...more] = await names()
  t.ok(before.includes(left), left)
  t.strictSame(more, [], 'the replacement of the other one finds no node')

  const holder = () => inKees('get', 'leases', '-o', 'jsonpath={.items[*].spec.holderIdentity}')
  await eventually('it leads', async () => (await holder()) === left, patience)
  const annotations = {
    'init.bsycorp.com/storage-prefix': `/${namespace}`,
    'secret.bsycorp.com/token': 'kind=DYNAMIC,type=PASSWORD,size=256',
  }
  // No node is left for it either.
  await cluster.kubectl(['create', '-f', '-'], JSON.stringify(appPod(namespace, 'app', annotations)))
  const isMade = () => server.stored.newest(`/${namespace}/token`)?.version === 1
  await eventually('the parameter of a pod is made', isMade, patience)

  await cluster.kubectl(['uncordon', ...nodes])
  await inKees('rollout', 'status', 'deployment/kees-creator', '--timeout=240s')
  t.ok((await names()).includes(left), 'it was never restarted')
})

t.test('a pod that replaces an evicted one has its secrets', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace('eviction')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
  const deployment = appDeployment(namespace, 'app', annotations, 1, {
    containers: [{ ...appContainer, volumeMounts: [{ name: 'cache', mountPath: '/cache' }] }],
    volumes: [{ name: 'cache', emptyDir: { sizeLimit: '1Mi' } }],
  })
  await cluster.kubectl(['create', '-f', '-'], inject(deployment, { refresh: '2s' }))
  await inNamespace('rollout', 'status', 'deployment/app', '--timeout=240s')
  const name = await inNamespace('get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}')
  await inNamespace('exec', name, '-c', 'app', '--', 'dd', 'if=/dev/zero', 'of=/cache/x', 'bs=1M', 'count=8')
  const status = async () => JSON.parse(await inNamespace('get', 'pod', name, '-o', 'json')).status
  await eventually('it is evicted', async () => (await status()).reason === 'Evicted', patience)
  t.match(await status(), { phase: 'Failed', message: /cache/ })

  await inNamespace('rollout', 'status', 'deployment/app', '--timeout=240s')
  server.put('/db.password', 'fakepassword2')
  const secret = () => inNamespace('exec', 'deployment/app', '-c', 'app', '--', 'cat', '/secret/secret')
  const isThere = async () => (await secret()) === 'db.password=fakepassword2\n'
  await eventually('the new pod has them, and refreshes them', isThere, patience)
})

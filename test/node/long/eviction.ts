/** A pod that the kubelet evicts, and the one that replaces it. */
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { appImage } from '../node-images.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_200_000)

const patience = 300_000
const stays = 'trap "exit 0" TERM; while :; do sleep 0.5; done'

t.test('a pod that replaces an evicted one has its secrets', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace('eviction')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const containers = [
    {
      name: 'app',
      image: appImage,
      command: ['sh', '-c', stays],
      volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
    },
  ]
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers,
    volumes: [{ name: 'cache', emptyDir: { sizeLimit: '1Mi' } }],
  }
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace },
    spec: {
      selector: { matchLabels: { app: 'app' } },
      template: { metadata: { labels: { app: 'app' }, annotations }, spec },
    },
  }
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

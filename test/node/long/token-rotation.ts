/** The creator while its ServiceAccount token expires, which the API server allows after ten minutes at the earliest. */
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { appPod, neverScheduled } from '../app-pod.ts'
import { installCreator } from '../install-creator.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

/** In seconds. */
const lifetime = 600
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
/** What the API server would mount, but for the lifetime. */
const shortToken = [
  {
    op: 'add',
    path: '/spec/template/spec/volumes/-',
    value: {
      name: 'api',
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token', expirationSeconds: lifetime } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] },
          },
        ],
      },
    },
  },
  {
    op: 'add',
    path: '/spec/template/spec/containers/0/volumeMounts/-',
    value: { name: 'api', mountPath, readOnly: true },
  },
]

type Token = { readonly iat: number; readonly exp: number }
/** What is in the mounted token; the token itself is not printed. */
const readToken = `
  const token = require('node:fs').readFileSync('${mountPath}/token', 'utf8')
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
  process.stdout.write(JSON.stringify({ iat, exp }))`

t.test('the creator outlives its tokens', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  await installCreator(t, cluster, endpoint, shortToken)
  const namespace = await cluster.makeNamespace('token')
  const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
  const pods = (await inKees('get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ')
  t.equal(pods.length, 2)
  const tokens = async (): Promise<Token[]> => {
    const read = pods.map((pod) => inKees('exec', pod, '--', '/usr/local/bin/node', '-e', readToken))
    return (await Promise.all(read)).map((one) => JSON.parse(one))
  }
  const first = await tokens()
  for (const { iat, exp } of first) t.equal(exp - iat, lifetime)

  const start = Date.now()
  for (let round = 0; Date.now() - start < 1.15 * lifetime * 1000; round++) {
    const name = `app-${round}`
    const annotations = {
      'init.bsycorp.com/storage-prefix': `/${namespace}`,
      [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=PASSWORD,size=256',
    }
    // It waits for a node, so that the creator sees it for as long as the test does.
    const waiting = appPod(namespace, name, annotations, neverScheduled)
    await cluster.kubectl(['create', '-f', '-'], JSON.stringify(waiting))
    const isCreated = () => server.stored.newest(`/${namespace}/${name}`)?.version === 1
    await eventually(`the parameter of ${name} is created`, isCreated, 120_000)
    await sleep(30_000)
  }
  for (const [index, { iat }] of (await tokens()).entries()) {
    const { iat: earlier = Infinity, exp: expiry = Infinity } = first[index] ?? {}
    t.ok(iat > earlier, 'the token is a newer one')
    t.ok(expiry * 1000 < Date.now(), 'the first one has expired')
  }
  const list = await inKees('get', 'pods', '-o', 'json')
  const statuses: { restartCount: number; ready: boolean }[] = JSON.parse(list).items.flatMap(
    ({ status }: { status: { containerStatuses: object[] } }) => status.containerStatuses,
  )
  t.match(statuses, [
    { restartCount: 0, ready: true },
    { restartCount: 0, ready: true },
  ])
  t.notMatch(
    await inKees('logs', '-l', 'app.kubernetes.io/name=kees-creator', '--tail=-1'),
    /Unauthorized|HTTP 401/,
  )
})

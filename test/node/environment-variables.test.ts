/** Environment variables and files of their own on a real node: the kubelet reads the file of init, and other users read the others. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { eventually } from '../programs/eventually.ts'
import { stays } from './app-pod.ts'
import { killedWithContainer } from './killed-with-container.ts'
import { appImage } from './node-images.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const patience = 120_000
/** All that the kubelet's file can hold and that a shell, a dotenv file or the kubelet's own `$(…)` would change. */
const awkward = '  "fake" $HOME $(LOG_LEVEL) $$(x) ${x} `id` \\n \\\n# second line\n\n\tü ⊕ 😀=#end '
const securityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
}
const container = (name: string, more: object = {}) => ({
  name,
  image: appImage,
  command: ['sh', '-c', stays],
  securityContext,
  ...more,
})
const restricted = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }

t.test('environment variables and files with a mode', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace('variables', {
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const pod = (name: string, annotations: object, spec: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations },
    spec: { terminationGracePeriodSeconds: 1, ...spec },
  })
  const exec = (name: string, of: string, ...command: string[]) =>
    cluster.exec(namespace, name, of, ...command)
  const status = async (name: string) => JSON.parse(await cluster.readPod(namespace, name)).status
  /** Of the first process of a container of the pod `app`. */
  const environ = async (of: string) =>
    new Map(
      (await exec('app', of, 'cat', '/proc/1/environ'))
        .split('\0')
        .map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    )

  server.put('/db.password', awkward)
  server.put('/db.user', 'orders')
  server.put('/session.key', 'fakesession')
  const app = pod(
    'app',
    {
      'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=TEXT,env=DB_PASSWORD,containers="app"',
      'secret.bsycorp.com/db.file':
        'kind=REFERENCE,type=TEXT,storageKey=db.password,file=db/password,mode=0440',
      'secret.bsycorp.com/session.key':
        'kind=REFERENCE,type=TEXT,optional=true,env=SESSION_KEY,containers="app"',
      'secret.bsycorp.com/absent': 'kind=REFERENCE,type=TEXT,optional=true,env=ABSENT,containers="app"',
      'resource.bsycorp.com/db.user': 'deliver=none',
      'resource.bsycorp.com/level': 'default=info,env=LOG_LEVEL,containers="app"',
      'compose.bsycorp.com/url':
        'env=DB_URL,containers="app",text=postgres://$(db.user:url)@db.example/orders',
    },
    {
      securityContext: { ...restricted, runAsUser: 10_001, fsGroup: 2000 },
      containers: [
        container('app', {
          command: ['sh', '-c', stays, 'app', '--level=$(LOG_LEVEL)'],
          env: [{ name: 'COPY', value: '[$(DB_PASSWORD)]' }],
        }),
        container('other'),
      ],
    },
  )
  const modes = pod(
    'modes',
    {
      'secret.bsycorp.com/db.file': 'kind=REFERENCE,type=TEXT,storageKey=db.user,file=user,mode=0400',
      'secret.bsycorp.com/db.user': 'kind=REFERENCE,type=TEXT,env=DB_USER,containers="broken"',
    },
    {
      securityContext: { ...restricted, runAsUser: 65_532 },
      containers: [container('owner'), container('broken')],
    },
  )
  await cluster.create(inject(app, { minKubelet: '1.35', refresh: '2s' }))
  const broken: Injected = parse(inject(modes, { minKubelet: '1.35' }))
  for (const { env = [] } of broken.spec.containers)
    for (const { valueFrom } of env) if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.path = 'gone'
  await cluster.create(JSON.stringify(broken))
  await inNamespace('wait', '--for=condition=Ready', 'pod/app', '--timeout=120s')

  await t.test('the variable has exactly the stored value', async (t) => {
    const variables = await environ('app')
    t.equal(variables.get('DB_PASSWORD'), awkward)
    t.equal(variables.get('SESSION_KEY'), 'fakesession')
    t.equal(variables.get('DB_URL'), 'postgres://orders@db.example/orders')
  })

  await t.test("the container's own variables and arguments can refer to it", async (t) => {
    t.equal((await environ('app')).get('COPY'), `[${awkward}]`)
    t.match(await exec('app', 'app', 'cat', '/proc/1/cmdline'), '--level=info')
  })

  await t.test('an optional value that does not exist sets no variable', async (t) => {
    t.notOk((await environ('app')).has('ABSENT'))
    t.match(await inNamespace('logs', 'app', '-c', 'init-container'), /absent/)
  })

  await t.test('other containers have neither the variables nor the file', async (t) => {
    const names = [...(await environ('other')).keys()]
    for (const name of ['DB_PASSWORD', 'SESSION_KEY', 'DB_URL', 'LOG_LEVEL'])
      t.notOk(names.includes(name), name)
    for (const one of ['app', 'other'])
      t.notMatch(await exec('app', one, 'ls', '/'), /^env$/m, `${one} has no /env`)
  })

  await t.test('mode 0440 with fsGroup is readable by another user', async (t) => {
    t.equal(await exec('app', 'app', 'cat', '/secret/db/password'), awkward)
    t.equal(
      await exec('app', 'app', 'stat', '-L', '-c', '%a %u %g', '/secret/db/password'),
      '440 65532 2000\n',
    )
  })

  await t.test('mode 0400 is readable by the user of init', async (t) => {
    const isRunning = async () => (await stateOf('owner')).running !== undefined
    await eventually('the container runs', isRunning, patience)
    t.equal(await exec('modes', 'owner', 'cat', '/secret/user'), 'orders')
    t.equal(await exec('modes', 'owner', 'stat', '-L', '-c', '%a %u', '/secret/user'), '400 65532\n')
  })

  await t.test('a container whose variable file is not there does not start', async (t) => {
    const isWaiting = async () => (await stateOf('broken')).waiting?.reason === 'CreateContainerConfigError'
    await eventually('the kubelet says why', isWaiting, patience)
    t.notMatch(JSON.stringify(await status('modes')), 'orders')
  })

  await t.test('a new value is in the variable after the container has restarted', async (t) => {
    const refreshes = async () => {
      const text = await exec('app', 'app', 'wget', '-q', '-O-', 'http://127.0.0.1:9929/metrics')
      const counts = text.matchAll(/^kees_init_refreshes_total\{result="(?:un)?changed"\} (\d+)$/gm)
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
    }
    server.put('/db.password', 'fakepassword2')
    const isNew = async () => (await exec('app', 'app', 'cat', '/secret/db/password')) === 'fakepassword2'
    await eventually('the file is new', isNew, patience)
    // The round that wrote the file has written that of the variables too when it counts itself.
    const before = await refreshes()
    await eventually('the round is over', async () => (await refreshes()) > before, patience)
    t.equal((await environ('app')).get('DB_PASSWORD'), awkward, 'a running container keeps its variable')
    await inNamespace('exec', 'app', '-c', 'app', '--', 'kill', '1').catch(killedWithContainer)
    const isRestarted = async () => (await status('app')).containerStatuses[0].restartCount === 1
    await eventually('it is restarted', isRestarted, patience)
    await inNamespace('wait', '--for=condition=Ready', 'pod/app', '--timeout=120s')
    t.equal((await environ('app')).get('DB_PASSWORD'), 'fakepassword2')
    t.equal((await environ('app')).get('COPY'), '[fakepassword2]')
  })

  await t.test('no value is in the logs, in the API or in etcd', async (t) => {
    const said = [
      await inNamespace('logs', 'app', '--all-containers', '--tail=-1'),
      await inNamespace('get', 'pods,events', '-o', 'json'),
    ].join('\n')
    for (const value of ['fakesession', 'fakepassword2', 'second line']) t.notMatch(said, value)
    // The disk of another cluster's etcd is not to be seen.
    if (cluster.home === undefined) return
    const inEtcd = filesBelow(join(cluster.home, 'etcd'))
    t.ok(
      inEtcd.some((one) => one.includes('env=SESSION_KEY')),
      'etcd has the annotations',
    )
    for (const value of ['fakesession', 'fakepassword2', 'second line'])
      t.notOk(
        inEtcd.some((one) => one.includes(value)),
        value,
      )
  })

  await t.test('the state of containerd on the disk of the node has the variables', async (t) => {
    if (cluster.home === undefined) return
    const state = filesBelow(join(cluster.home, 'containerd/io.containerd.metadata.v1.bolt'))
    t.ok(
      state.some((one) => one.includes('fakesession')),
      'what docs/security.md says',
    )
  })

  async function stateOf(name: string): Promise<State> {
    const { containerStatuses: statuses = [] }: { readonly containerStatuses?: readonly ContainerStatus[] } =
      await status('modes')
    return statuses.find((one) => one.name === name)?.state ?? {}
  }
})

type State = { readonly running?: object; readonly waiting?: { readonly reason: string } }
type ContainerStatus = { readonly name: string; readonly state: State }
type Variable = { readonly valueFrom?: { readonly fileKeyRef?: { path: string } } }
type Injected = { readonly spec: { readonly containers: readonly { readonly env?: readonly Variable[] }[] } }

function filesBelow(folder: string): Buffer[] {
  return globSync('**', { cwd: folder })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path))
}

/** The refresh sidecar on a real node: values and annotations that change while the app runs, a sidecar that restarts, a Job. */
import t, { type Test } from 'tap'
import { eventually } from '../programs/eventually.ts'
import { stays } from './app-pod.ts'
import { killedWithContainer } from './killed-with-container.ts'
import { appImage } from './node-images.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const patience = 120_000
const password = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
const token = 'secret.bsycorp.com/api.token'
const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' }

const appSpec = (command: string) => ({
  securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'app',
      image: appImage,
      command: ['sh', '-c', command],
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      },
    },
  ],
})

/** A pod with a refresh every two seconds. */
async function startPod(t: Test) {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace('refresh', restricted)
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  server.put('/db.password', 'fakepassword1')
  const metadata = { name: 'app', namespace, annotations: password }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: appSpec(stays) }
  await cluster.create(inject(pod, { refresh: '2s' }))
  await inNamespace('wait', '--for=condition=Ready', 'pod/app', '--timeout=120s')
  const inApp = (...command: string[]) => cluster.exec(namespace, 'app', 'app', ...command)
  const status = async (): Promise<Status> => {
    const { status: now } = JSON.parse(await cluster.readPod(namespace, 'app'))
    const [, sidecar] = now.initContainerStatuses
    const ready = now.conditions.find(({ type }: { type: string }) => type === 'Ready')
    return { restarts: sidecar.restartCount, started: sidecar.started, ready: ready.status === 'True' }
  }
  return {
    server,
    inNamespace,
    secret: () => inApp('cat', '/secret/secret'),
    isFailing: async () => / 1$/m.exec(await metric(inApp, 'kees_init_refresh_failing')) !== null,
    failedRefreshes: async () =>
      Number((await metric(inApp, 'kees_init_refreshes_total{result="failed"}')).split(' ')[1]),
    status,
    annotate: (value: string) => inNamespace('annotate', 'pod', 'app', '--overwrite', value),
    /** As a crash would; the kubelet starts it again. */
    restartSidecar: async () => {
      const { restarts } = await status()
      const end = ['/usr/local/bin/node', '-e', 'process.kill(1)']
      await inNamespace('exec', 'app', '-c', 'refresh-container', '--', ...end).catch(killedWithContainer)
      await eventually('it starts again', async () => (await status()).restarts > restarts, patience)
    },
  }
}

type Status = { readonly restarts: number; readonly started: boolean; readonly ready: boolean }

async function metric(inApp: (...command: string[]) => Promise<string>, name: string): Promise<string> {
  const text = await inApp('wget', '-q', '-O-', 'http://127.0.0.1:9929/metrics')
  return text.split('\n').find((line) => line.startsWith(name)) ?? ''
}

t.test('values and annotations that change while the app runs', { skip: nodeTestsMissing }, async (t) => {
  const { server, inNamespace, secret, isFailing, failedRefreshes, status, annotate, restartSidecar } =
    await startPod(t)
  t.equal(await secret(), 'db.password=fakepassword1\n')

  await t.test('a changed value is delivered to the app', async (t) => {
    server.put('/db.password', 'fakepassword2')
    await eventually(
      'the app reads it',
      async () => (await secret()) === 'db.password=fakepassword2\n',
      patience,
    )
    t.strictSame(await status(), { restarts: 0, started: true, ready: true })
  })

  await t.test(
    'an annotation that becomes invalid is reported, and the files of the app are kept',
    async (t) => {
      await annotate(`${token}=kind=STATIC,type=PASSWORD`)
      await eventually('it shows in the metrics', isFailing, patience)
      t.strictSame(await status(), { restarts: 0, started: true, ready: true })
      t.equal(await secret(), 'db.password=fakepassword2\n')
    },
  )

  await t.test(
    'a sidecar that starts with an invalid annotation keeps running, and the pod becomes Ready again',
    async (t) => {
      await restartSidecar()
      await eventually('the pod is Ready', async () => (await status()).ready, patience)
      await eventually('it is reported again', isFailing, patience)
      t.strictSame(await status(), { restarts: 1, started: true, ready: true })
      t.match(
        await inNamespace('logs', 'app', '-c', 'refresh-container'),
        /annotation secret\.bsycorp\.com\/api\.token/,
      )
    },
  )

  await t.test(
    'after a correction, the new declaration is delivered with the others, without a restart',
    async (t) => {
      server.put('/api.token', 'faketoken')
      await annotate(`${token}=kind=REFERENCE,type=PASSWORD`)
      const both = 'api.token=faketoken\ndb.password=fakepassword2\n'
      await eventually('the app reads both', async () => (await secret()) === both, patience)
      await eventually('it is no longer failing', async () => !(await isFailing()), patience)
      t.strictSame(await status(), { restarts: 1, started: true, ready: true })
    },
  )

  const kept = 'api.token=faketoken\ndb.password=fakepassword2\n'

  await t.test('a declaration whose parameter is missing fails the whole refresh', async (t) => {
    await annotate('secret.bsycorp.com/missing=kind=REFERENCE,type=PASSWORD')
    await eventually('it shows in the metrics', isFailing, patience)
    server.put('/db.password', 'fakepassword3')
    const before = await failedRefreshes()
    // The first of the two may have begun before the value changed.
    await eventually('the next ones fail too', async () => (await failedRefreshes()) > before + 1, patience)
    t.equal(await secret(), kept)
    t.strictSame(await status(), { restarts: 1, started: true, ready: true })
  })

  await t.test(
    'a sidecar that starts while a declared parameter is missing keeps running, and the pod becomes Ready again',
    async (t) => {
      await restartSidecar()
      await eventually('the pod is Ready', async () => (await status()).ready, patience)
      await eventually('it is reported again', isFailing, patience)
      t.equal(await secret(), kept)
      t.strictSame(await status(), { restarts: 2, started: true, ready: true })
    },
  )

  await t.test('once the declaration is removed, the others are delivered', async (t) => {
    await inNamespace('annotate', 'pod', 'app', 'secret.bsycorp.com/missing-')
    await eventually(
      'the app reads the new value',
      async () => (await secret()) === 'api.token=faketoken\ndb.password=fakepassword3\n',
      patience,
    )
    await eventually('it is no longer failing', async () => !(await isFailing()), patience)
    t.strictSame(await status(), { restarts: 2, started: true, ready: true })
  })

  const log = await inNamespace('logs', 'app', '--all-containers', '--tail=-1')
  t.notMatch(log, /fakepassword|faketoken/, 'no value is logged')
})

t.test('a Job whose pods have the sidecar completes', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace('job', restricted)
  server.put('/db.password', 'fakepassword1')
  const spec = { ...appSpec('cut -d= -f1 /secret/secret'), restartPolicy: 'Never' }
  const template = { metadata: { annotations: password }, spec }
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'report', namespace },
    spec: { backoffLimit: 0, template },
  }
  await cluster.create(inject(job, { refresh: '2s' }))
  await cluster.kubectl(['wait', '--for=condition=Complete', 'job/report', '-n', namespace, '--timeout=240s'])
  t.equal(await cluster.kubectl(['logs', 'job/report', '-c', 'app', '-n', namespace]), 'db.password\n')
  const pods = await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])
  const ended = { state: { terminated: { exitCode: 0, reason: 'Completed' } } }
  t.match(JSON.parse(pods).items, [{ status: { initContainerStatuses: [ended, ended] } }])
})

/** What only a kubelet shows of a pod: how init fails, as whom it runs, what restarts, which volumes are full, which Jobs complete. */
import t from 'tap'
import type { Fault } from '../../../runtime/fake-ssm/faults.ts'
import { eventually } from '../../programs/eventually.ts'
import { killedWithContainer } from '../killed-with-container.ts'
import { appImage } from '../node-images.ts'
import { startPodsWithStore } from '../pods-with-store.ts'
import { nodeTestsMissing } from '../use-node.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const reference = 'kind=REFERENCE,type=PASSWORD'

const one = (name: string) => ({ [`secret.bsycorp.com/${name}`]: reference })
/** By what is wrong: what else the pod declares, what its init gets, how init ends. */
const failures: readonly {
  readonly name: string
  readonly more?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly exitCode: number
  readonly message: RegExp
}[] = [
  {
    name: 'invalid',
    more: { 'secret.bsycorp.com/other': 'kind=STATIC' },
    exitCode: 1,
    message: /^annotation secret\.bsycorp\.com\/other/,
  },
  { name: 'environment', env: { DEADLINE: 'soon' }, exitCode: 2, message: /^DEADLINE "soon"/ },
  {
    name: 'contract',
    env: { CONTRACT: '3' },
    exitCode: 2,
    message: /^CONTRACT "3" is newer than this image of init/,
  },
  { name: 'missing', more: one('absent'), exitCode: 3, message: /parameter \/absent does not exist/ },
  { name: 'denied', more: one('denied'), exitCode: 4, message: /\/denied/ },
  {
    name: 'unreached',
    more: one('unreached'),
    env: { DEADLINE: '3s' },
    exitCode: 5,
    message: /was not reached/,
  },
  {
    name: 'full',
    more: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => Object.entries(one(`large${index}`))).flat(),
    ),
    exitCode: 6,
    message: /ENOSPC/,
  },
]

const denied = ({ name }: { readonly name: string }) => name.includes('denied')
const fault = ({ names }: { readonly names: readonly string[] }): Fault | undefined =>
  names.some((name) => name.includes('unreached')) ? { kind: 'reset' } : undefined

t.test('exit codes and termination messages of init', { skip: nodeTestsMissing }, async (t) => {
  const { server, create, pod, injected, inNamespace, status } = await startPodsWithStore(t, 'exit-codes', {
    fault,
    denied,
  })
  for (let index = 0; index < 20; index++) server.put(`/large${index}`, 'a'.repeat(8000))
  for (const { name, more, env = {} } of failures) {
    const options = name === 'full' ? { sizeLimit: '64Ki' } : {}
    const manifest = injected(pod(name, { restartPolicy: 'Never' }), options)
    // inject-init would refuse some of it.
    Object.assign(manifest.metadata.annotations, more)
    const all = { REFERENCE_WAIT: '0s', DENIED_WAIT: '0s', ...env }
    for (const container of manifest.spec.initContainers) {
      container.env?.push(...Object.entries(all).map(([key, value]) => ({ name: key, value })))
    }
    await create(manifest)
  }
  for (const { name, exitCode, message } of failures) {
    await t.test(`${name}: ${exitCode}`, async (t) => {
      await inNamespace('wait', '--for=jsonpath={.status.phase}=Failed', `pod/${name}`, '--timeout=240s')
      const { initContainerStatuses: statuses } = await status(name)
      const { terminated } = statuses[0].state
      t.match(terminated, { exitCode, message })
      t.ok(Buffer.byteLength(terminated?.message ?? '') <= 4096)
      t.notMatch(terminated?.message, /fakepassword|arn:/)
      const [line = ''] = (terminated?.message ?? '').split('\n')
      const described = await inNamespace('describe', 'pod', name)
      t.match(described, new RegExp(`Exit Code: +${exitCode}\n`))
      t.ok(described.includes(line), line)
    })
  }
})

/** By what is special: of the pod, and of init. */
const users = {
  fsGroup: {
    spec: { securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 } },
    // The app is neither the owner of the files nor in the group of init.
    options: { env: [{ name: 'FILE_MODE', value: '0440' }] },
  },
  'a user of OpenShift': {
    spec: { securityContext: { runAsUser: 1_000_650_000, runAsNonRoot: true, fsGroup: 1_000_650_000 } },
    options: { runAsUser: '' },
    // Of its files, whom init ran as.
    owner: '1000650000',
  },
  'a sidecar in the network of the node': { spec: { hostNetwork: true }, options: { refresh: '2s' } },
}

for (const [index, [title, user]] of Object.entries(users).entries()) {
  const { spec, options } = user
  t.test(`the app reads its secrets with ${title}`, { skip: nodeTestsMissing }, async (t) => {
    const { server, create, pod, injected, becomesReady, secret, inApp } = await startPodsWithStore(
      t,
      `users-${index}`,
    )
    const env = 'env' in options ? options.env : []
    const manifest = injected(pod('app', spec), 'env' in options ? {} : options)
    for (const container of manifest.spec.initContainers) container.env?.push(...env)
    await create(manifest)
    await becomesReady('app')
    t.equal(await secret('app'), 'db.password=fakepassword\n')
    if ('owner' in user)
      t.equal(await inApp('app', 'stat', '-L', '-c', '%u', '/secret/secret'), `${user.owner}\n`)
    if (!('refresh' in options)) return
    server.put('/db.password', 'fakepassword2')
    const isThere = async () => (await secret('app')) === 'db.password=fakepassword2\n'
    await eventually('the app reads the new value', isThere, patience)
  })
}

t.test('an app that is restarted keeps its files', { skip: nodeTestsMissing }, async (t) => {
  const { create, pod, injected, becomesReady, status, secret, inApp } = await startPodsWithStore(t, 'app')
  await create(injected(pod('app'), { refresh: '2s' }))
  await becomesReady('app')
  await inApp('app', 'kill', '1').catch(killedWithContainer)
  const isRestarted = async () => (await status('app')).containerStatuses[0].restartCount === 1
  await eventually('the app is restarted', isRestarted, patience)
  await becomesReady('app')
  t.equal(await secret('app'), 'db.password=fakepassword\n')
  t.match(await status('app'), { initContainerStatuses: [{ restartCount: 0 }, { restartCount: 0 }] })
})

t.test('init runs again with a new sandbox', { skip: nodeTestsMissing }, async (t) => {
  const { server, cluster, create, pod, injected, becomesReady, inNamespace, status, secret } =
    await startPodsWithStore(t, 'sandbox')
  await create(injected(pod('app'), { refresh: '60m' }))
  await becomesReady('app')
  server.put('/db.password', 'fakepassword2')
  const uid = await inNamespace('get', 'pod', 'app', '-o', 'jsonpath={.metadata.uid}')
  // The process that holds the namespaces of the pod: `pause`, or what the node has in its place.
  const kill = `
    for process in /proc/[0-9]*; do
      grep -qE '${uid}|${uid.replaceAll('-', '_')}' $process/cgroup 2>/dev/null || continue
      tr '\\0' ' ' <$process/cmdline | grep -qE '^(/pause|/bin/sleep 2147483647)' && kill -9 \${process#/proc/}
    done; true`
  const container = {
    name: 'app',
    image: appImage,
    command: ['sh', '-c', kill],
    securityContext: { privileged: true, runAsUser: 0 },
  }
  await cluster.kubectl(
    ['create', '-f', '-'],
    JSON.stringify(pod('killer', { hostPID: true, restartPolicy: 'Never', containers: [container] }, {})),
  )
  const isNew = async () => (await status('app')).initContainerStatuses[0].restartCount === 1
  await eventually('init has run again', isNew, patience)
  await becomesReady('app')
  t.equal(await secret('app'), 'db.password=fakepassword2\n')
})

t.test('Jobs with the refresh sidecar complete', { skip: nodeTestsMissing }, async (t) => {
  const { create, pod, injected, inNamespace } = await startPodsWithStore(t, 'jobs')
  // The first container of each pod fails, and is restarted in it.
  const command = 'test -e /state/failed && cut -d= -f1 /secret/secret && exit; touch /state/failed; exit 1'
  const { metadata, spec } = pod('unused', {
    restartPolicy: 'OnFailure',
    containers: [
      {
        name: 'app',
        image: appImage,
        command: ['sh', '-c', command],
        volumeMounts: [{ name: 'state', mountPath: '/state' }],
      },
    ],
    volumes: [{ name: 'state', emptyDir: {} }],
  })
  const { namespace, annotations } = metadata
  const template = { metadata: { annotations }, spec }
  await create(
    injected(
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'report', namespace },
        spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
      },
      { refresh: '2s' },
    ),
  )
  const jobs = async () => {
    const list = ['get', 'jobs', '-o', 'jsonpath={.items[*].status.succeeded}']
    return (await inNamespace(...list)).split(' ').filter((count) => count === '1')
  }
  await eventually('two Jobs of the CronJob have completed', async () => (await jobs()).length >= 2, patience)
  await inNamespace('delete', 'cronjob', 'report')
})

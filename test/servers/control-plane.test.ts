import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { listOf, mapOf } from '../../api/json.ts'
import { type Cluster, controlPlaneMissing, controllersMissing, startControlPlane } from './control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { listens } from './listens.ts'
import { untapped } from '../programs/untapped.ts'
import { sharedControlPlane } from './shared-control-plane.ts'

const deployments = '/apis/apps/v1/namespaces/default/deployments'
const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const labels = { app: 'app' }
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'example/app:1' }] } },
  },
}
const policy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'names' },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: [{ expression: "object.metadata.name.startsWith('good')", message: 'the name is not good' }],
  },
}
const binding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'names' },
  spec: { policyName: 'names', validationActions: ['Deny'] },
}

t.test('a real API server', { skip: controlPlaneMissing }, async (t) => {
  const cluster = await startControlPlane()
  t.teardown(cluster.stop)

  await t.test('it is ready, and its kubeconfig works', async (t) => {
    t.match(await cluster.request('GET', '/readyz'), { status: 200, body: 'ok' })
    t.match(JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')), {
      clusters: [{ cluster: { server: cluster.server } }],
      users: [{ user: { token: cluster.token } }],
    })
    t.match(cluster.ca, /^-----BEGIN CERTIFICATE-----/)
  })

  await t.test('it enforces a policy written in CEL', async (t) => {
    t.match(await cluster.request('POST', policies, policy), { status: 201 })
    t.match(await cluster.request('POST', bindings, binding), {
      status: 201,
    })
    const create = (name: string) =>
      cluster.request('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
      })
    await eventually('the policy is at work', async () => (await create('bad')).status === 422)
    t.match(await create('bad'), { status: 422, body: { message: /the name is not good/ } })
    t.match(await create('good'), { status: 201 })
  })

  await t.test('after a stop, its process and its files are gone', async (t) => {
    await cluster.stop()
    t.equal(await listens(cluster.server), false)
    t.equal(existsSync(cluster.kubeconfig), false)
  })
})

t.test('with the controllers, a Deployment creates a pod', { skip: controllersMissing }, async (t) => {
  const cluster = await sharedControlPlane(t, { controllers: true })
  t.match(await cluster.request('POST', deployments, deployment), { status: 201 })
  let pods: unknown
  await eventually('there is a pod', async () => {
    pods = (await cluster.request('GET', '/api/v1/namespaces/default/pods')).body
    return JSON.stringify(pods).includes('"phase"')
  })
  t.match(pods, { items: [{ metadata: { labels }, status: { phase: 'Pending' } }] })
})

t.test(
  'who shares a control plane finds nothing of the one before',
  { skip: controllersMissing },
  async (t) => {
    const space = '/api/v1/namespaces/default'
    const namesIn = async (cluster: Cluster, paths: readonly string[]) => {
      const answers = await Promise.all(paths.map((path) => cluster.request('GET', path)))
      return answers.map(({ body }) =>
        listOf(mapOf(body)['items']).map((one) => mapOf(mapOf(one)['metadata'])['name']),
      )
    }
    const write = (cluster: Cluster) =>
      cluster.request('POST', `${space}/configmaps?dryRun=All`, { metadata: { name: 'bad' } })
    await t.test('one that writes', async (t) => {
      const cluster = await sharedControlPlane(t)
      const [pods, accounts, sets] = await namesIn(cluster, [
        `${space}/pods`,
        `${space}/serviceaccounts`,
        deployments,
      ])
      t.strictSame([pods, accounts, sets], [[], [], []], 'the test before had controllers')
      t.match(await cluster.request('PATCH', space, { metadata: { labels: { a: 'b' } } }), { status: 200 })
      t.match(await cluster.request('POST', policies, policy), { status: 201 })
      t.match(await cluster.request('POST', bindings, binding), { status: 201 })
      await eventually('the policy is at work', async () => (await write(cluster)).status === 422)
      await t.rejects(sharedControlPlane(t), { message: /another test of this process/ })
    })
    await t.test('the next', async (t) => {
      const cluster = await sharedControlPlane(t)
      t.match(await write(cluster), { status: 201 })
      t.strictSame(await namesIn(cluster, [policies, bindings]), [[], []])
      const { body } = await cluster.request('GET', space)
      t.notMatch(JSON.stringify(body), '"a":"b"')
    })
  },
)

t.test('it is gone when its test process is killed', { skip: controlPlaneMissing }, async (t) => {
  const child = startInProcess(t, t.testdir())
  const [server] = await once(child.stdout, 'data')
  t.equal(await listens(String(server)), true)
  child.kill('SIGKILL')
  await eventually('it is gone', async () => !(await listens(String(server))))
})

const leavesItsNumber = '#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 100\n'

t.test('so are the installed servers, which ignore their standard input', async (t) => {
  const assets = programs(t, { etcd: leavesItsNumber, 'kube-apiserver': leavesItsNumber })
  const child = startInProcess(t, assets, assets)
  const numbers = () => ['etcd.pid', 'kube-apiserver.pid'].map((name) => numberIn(join(assets, name)))
  await eventually('both run', () => numbers().every((number) => number > 0))
  const both = numbers()
  t.ok(both.every(isRunning))
  child.kill('SIGKILL')
  await eventually('both are gone', () => !both.some(isRunning))
})

t.test('a server that exits too early is reported, with its output', async (t) => {
  useAssets(t, programs(t, { etcd: leavesItsNumber, 'kube-apiserver': '#!/bin/sh\necho why >&2\nexit 3\n' }))
  await t.rejects(startControlPlane(), { message: /^kube-apiserver ended before .*:\nwhy$/ })
})

t.test('of two servers, the one that ended is named', async (t) => {
  useAssets(t, programs(t, { etcd: '#!/bin/sh\necho why\nexit 3\n', 'kube-apiserver': leavesItsNumber }))
  await t.rejects(startControlPlane(), { message: /^etcd ended before .*:\nwhy$/ })
})

t.test('a missing server is named', async (t) => {
  const path = process.env['PATH']
  t.teardown(() => (process.env['PATH'] = path))
  const assets = programs(t, { 'kube-apiserver': leavesItsNumber })
  useAssets(t, assets)
  process.env['PATH'] = assets
  await t.rejects(startControlPlane(), {
    message: /^there is no etcd in KUBEBUILDER_ASSETS, ".*", nor on the PATH$/,
  })
})

function programs(t: Test, files: Readonly<Record<string, string>>): string {
  const folder = t.testdir(files)
  for (const name of Object.keys(files)) chmodSync(join(folder, name), 0o755)
  return folder
}

function useAssets(t: Test, folder: string): void {
  const before = process.env['KUBEBUILDER_ASSETS'] ?? ''
  process.env['KUBEBUILDER_ASSETS'] = folder
  t.teardown(() => (process.env['KUBEBUILDER_ASSETS'] = before))
}

/** Says where the server is, and stays. @param folder for what it leaves when it is killed. */
function startInProcess(t: Test, folder: string, assets = process.env['KUBEBUILDER_ASSETS'] ?? '') {
  const script = `
    import { startControlPlane } from ${JSON.stringify(import.meta.resolve('./control-plane.ts'))}
    process.stdout.write((await startControlPlane()).server)
    setInterval(() => {}, 1000)`
  const child = spawn(...untapped(process.execPath, ['--input-type=module', '--eval', script]), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KUBEBUILDER_ASSETS: assets, TMPDIR: folder },
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

function numberIn(file: string): number {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    // ESRCH: there is none.
    return false
  }
}

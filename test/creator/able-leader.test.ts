/** Who may hold the Lease, on a real API server: a replica that cannot list pods neither takes it nor keeps it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Cluster, controlPlaneMissing } from '../servers/control-plane.ts'
import { serviceAccountToken } from '../servers/service-account-token.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { startTcpProxy } from '../servers/tcp-proxy.ts'
import { eventually } from '../programs/eventually.ts'
import { create, createNamespace, createPod } from './cluster-workloads.ts'
import { type CreatorProcess, startCreator } from './process.ts'

t.setTimeout(900_000)

const rbac = 'apis/rbac.authorization.k8s.io/v1'
const leases = 'apis/coordination.k8s.io/v1'

/** A ServiceAccount with the right to use the Lease, and to list pods between `allowPods` and `forbidPods`. */
async function account(plane: Cluster, name: string) {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'kees' }]
  const metadata = { name }
  await create(plane, 'api/v1', 'kees', 'serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
  })
  const leaseRules = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  ]
  await create(plane, rbac, 'kees', 'roles', { apiVersion, kind: 'Role', metadata, rules: leaseRules })
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }
  const binding = { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects }
  await create(plane, rbac, 'kees', 'rolebindings', binding)
  const rules = [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create'] },
  ]
  await plane.request('POST', `/${rbac}/clusterroles`, { apiVersion, kind: 'ClusterRole', metadata, rules })
  const allowPods = () =>
    plane.request('POST', `/${rbac}/clusterrolebindings`, {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { ...roleRef, kind: 'ClusterRole' },
      subjects,
    })
  const forbidPods = () => plane.request('DELETE', `/${rbac}/clusterrolebindings/${name}`)
  return { token: await serviceAccountToken(plane, 'kees', name), allowPods, forbidPods }
}

/** A Lease as another leader keeps it. @param seconds until it expires. */
async function heldLease(plane: Cluster, name: string, holderIdentity: string, seconds: number) {
  const renewTime = new Date().toISOString().replace('Z', '000Z')
  await create(plane, leases, 'kees', 'leases', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec: { holderIdentity, leaseDurationSeconds: seconds, acquireTime: renewTime, renewTime },
  })
}

/** @param port of a proxy in front of the API server. */
function start(t: Test, plane: Cluster, name: string, token: string, leaseName: string, port?: number) {
  const kubeconfig = join(t.testdir(), `${name}.kubeconfig`)
  const text = readFileSync(plane.kubeconfig, 'utf8').replace(plane.token, token)
  writeFileSync(
    kubeconfig,
    port === undefined ? text : text.replace(plane.server, `https://127.0.0.1:${port}`),
  )
  return startCreator({
    KUBECONFIG: kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    POD_NAME: name,
    POD_NAMESPACE: 'kees',
    LEASE_NAME: leaseName,
    KEES_STORE: `file:${join(tmpdir(), `kees-no-store-${process.pid}`)}`,
  })
}

const leads = ({ log }: CreatorProcess) => log.some(({ message }) => message === 'leading')
const indexOf = ({ log }: CreatorProcess, text: string) => log.findIndex(({ message }) => message === text)

t.test('the Lease and the right to list pods', { skip: controlPlaneMissing }, async (t) => {
  const plane = await sharedControlPlane(t)
  await createNamespace(plane, 'kees')
  const holderOf = async (name: string) => {
    const { body } = await plane.request('GET', `/${leases}/namespaces/kees/leases/${name}`)
    return /"holderIdentity":"([^"]*)"/.exec(JSON.stringify(body))?.[1]
  }
  // Each has a Lease and ServiceAccounts of its own, and waits for most of its time.
  t.jobs = 3

  t.test(
    'a replica that may not list never takes the Lease, nor keeps its own',
    { buffered: true },
    async (t) => {
      const [a, b] = [await account(plane, 'a1'), await account(plane, 'b1')]
      // As a leader of that name leaves it when it is killed.
      await heldLease(plane, 'one', 'a1', 15)
      const unable = await start(t, plane, 'a1', a.token, 'one')
      t.teardown(() => unable.kill())
      await eventually('its list was refused', () => indexOf(unable, 'failed to list pods') >= 0)
      await b.allowPods()
      const able = await start(t, plane, 'b1', b.token, 'one')
      t.teardown(() => able.kill())
      await eventually('the able replica leads', () => leads(able), 60_000)
      t.equal(await holderOf('one'), 'b1')
      t.notOk(leads(unable))
      t.ok(indexOf(able, 'the pods are listed') < indexOf(able, 'leading'), 'it had listed the pods before')
      t.equal((await unable.get('/readyz')).status, 503)
      // Once it may list, it follows the other.
      await a.allowPods()
      await eventually('it has listed the pods', () => indexOf(unable, 'the pods are listed') >= 0, 60_000)
      able.signal('SIGTERM')
      t.equal(await able.ended, 0)
      await eventually('it leads', () => leads(unable))
      t.equal(await holderOf('one'), 'a1')
    },
  )

  t.test(
    'a leader that may no longer list gives the Lease up, and another follows',
    { buffered: true },
    async (t) => {
      const [a, b] = [await account(plane, 'a2'), await account(plane, 'b2')]
      await Promise.all([a.allowPods(), b.allowPods()])
      const proxy = await startTcpProxy(Number(new URL(plane.server).port))
      t.teardown(() => proxy.stop())
      const first = await start(t, plane, 'a2', a.token, 'two', proxy.port)
      t.teardown(() => first.kill())
      await eventually('it leads', () => leads(first))
      const second = await start(t, plane, 'b2', b.token, 'two')
      t.teardown(() => second.kill())
      await eventually('the other has listed the pods', () => indexOf(second, 'the pods are listed') >= 0)
      await a.forbidPods()
      // Until its watch ends it needs no list.
      proxy.cut()
      t.equal(await first.ended, 5)
      t.match(first.log.at(-1), { message: 'released the Lease: pods cannot be listed' })
      await eventually('the other leads', () => leads(second))
      t.equal(await holderOf('two'), 'b2')
    },
  )

  t.test(
    'after an outage the lists are repeated as soon as the API server answers',
    { buffered: true },
    async (t) => {
      const account3 = await account(plane, 'a3')
      await account3.allowPods()
      // Another replica leads, so that this one does not end when the Lease is lost.
      await heldLease(plane, 'three', 'other', 3600)
      const proxy = await startTcpProxy(Number(new URL(plane.server).port))
      t.teardown(() => proxy.stop())
      const creator = await start(t, plane, 'a3', account3.token, 'three', proxy.port)
      t.teardown(() => creator.kill())
      await eventually('it has listed the pods', () => indexOf(creator, 'the pods are listed') >= 0)
      const numberOf = async (name: string) => {
        const { text } = await creator.get('/metrics')
        const samples = text.matchAll(new RegExp(`^kees_creator_${name}(?:\\{[^}]*\\})? (\\d+)$`, 'gm'))
        return [...samples].reduce((sum, [, value]) => sum + Number(value), 0)
      }
      proxy.refuse()
      // Then the pause before the next list is 15 to 30 s.
      await eventually(
        'three lists in a row failed, after three watches',
        async () => (await numberOf('list_errors_total')) >= 3,
        90_000,
      )
      proxy.accept()
      const restored = Date.now()
      await createNamespace(plane, 'late')
      await createPod(plane, 'late', 'late', {
        'secret.bsycorp.com/late': 'kind=DYNAMIC,type=PASSWORD,size=128',
      })
      await eventually('it sees the new pod', async () => (await numberOf('pods')) === 1, 12_000)
      t.comment(`seen ${Date.now() - restored} ms after the outage`)
    },
  )
})

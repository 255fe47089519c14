/** Who may hold the Lease, on a real API server: a replica that cannot list pods neither takes it nor keeps it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { controlPlaneMissing, startControlPlane, type ControlPlane } from '../servers/control-plane.ts'
import { serviceAccountToken } from '../servers/service-account-token.ts'
import { startTcpProxy } from '../servers/tcp-proxy.ts'
import { eventually } from '../programs/eventually.ts'
import { create, createNamespace, createPod } from './cluster-workloads.ts'
import { type CreatorProcess, startCreator } from './process.ts'

t.setTimeout(300_000)

const rbac = 'apis/rbac.authorization.k8s.io/v1'
const lease = '/apis/coordination.k8s.io/v1/namespaces/kees/leases/kees-creator'

/** A ServiceAccount that may use the Lease, and pods only while `allowPods` says so. */
async function account(plane: ControlPlane, name: string) {
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

function start(t: Test, plane: ControlPlane, name: string, token: string, store: string, port?: number) {
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
    KEES_STORE: `file:${store}`,
  })
}

const leads = ({ log }: CreatorProcess) => log.some(({ message }) => message === 'leading')
const indexOf = ({ log }: CreatorProcess, text: string) => log.findIndex(({ message }) => message === text)

t.test('the Lease and the right to list pods', { skip: controlPlaneMissing }, async (t) => {
  const plane = await startControlPlane()
  t.teardown(() => plane.stop())
  await createNamespace(plane, 'kees')
  await createNamespace(plane, 'shop')
  const store = join(t.testdir({}), 'store')
  const holder = async () => {
    const { body } = await plane.request('GET', lease)
    return /"holderIdentity":"([^"]*)"/.exec(JSON.stringify(body))?.[1]
  }
  const [a, b] = [await account(plane, 'a'), await account(plane, 'b')]

  await t.test('a replica that may not list never takes the Lease, its own neither', async (t) => {
    // As a leader of that name would have left it when it was killed.
    const renewTime = new Date().toISOString().replace('Z', '000Z')
    await create(plane, 'apis/coordination.k8s.io/v1', 'kees', 'leases', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'kees-creator' },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: renewTime, renewTime },
    })
    const unable = await start(t, plane, 'a', a.token, store)
    t.teardown(() => unable.kill())
    await eventually('its list was refused', () => indexOf(unable, 'failed to list pods') >= 0)
    await b.allowPods()
    const able = await start(t, plane, 'b', b.token, store)
    t.teardown(() => able.kill())
    await eventually('the able replica leads', () => leads(able))
    t.equal(await holder(), 'b')
    t.notOk(leads(unable))
    t.ok(indexOf(able, 'the pods are listed') < indexOf(able, 'leading'), 'it had listed the pods before')
    t.equal((await unable.get('/readyz')).status, 503)

    await t.test('and takes it when it may, and the other is gone', async (t) => {
      await a.allowPods()
      await eventually('it has listed the pods', () => indexOf(unable, 'the pods are listed') >= 0, 60_000)
      able.signal('SIGTERM')
      t.equal(await able.ended, 0)
      await eventually('it leads', () => leads(unable))
      t.equal(await holder(), 'a')
    })
  })

  await t.test('a leader that may no longer list gives the Lease up, and another follows', async (t) => {
    const proxy = await startTcpProxy(Number(new URL(plane.server).port))
    t.teardown(() => proxy.stop())
    const first = await start(t, plane, 'a', a.token, store, proxy.port)
    t.teardown(() => first.kill())
    await eventually('it leads', () => leads(first))
    const second = await start(t, plane, 'b', b.token, store)
    t.teardown(() => second.kill())
    await eventually('the other has listed the pods', () => indexOf(second, 'the pods are listed') >= 0)
    await a.forbidPods()
    // Until its watch ends it needs no list.
    proxy.cut()
    t.equal(await Promise.race([first.ended, second.ended]), 5)
    t.match(first.log.at(-1), { message: 'gave up the Lease: pods cannot be listed' })
    await eventually('the other leads', () => leads(second), 6000)
    await createPod(plane, 'shop', 'after', {
      'secret.bsycorp.com/after': 'kind=DYNAMIC,type=PASSWORD,size=128',
    })
    await eventually('it creates what is declared', async () =>
      /kees_creator_created_total\{type="PASSWORD"\} 1/.test((await second.get('/metrics')).text),
    )
  })

  await t.test('after an outage the lists are repeated as soon as the API server answers', async (t) => {
    const proxy = await startTcpProxy(Number(new URL(plane.server).port))
    t.teardown(() => proxy.stop())
    const creator = await start(t, plane, 'c', b.token, store, proxy.port)
    t.teardown(() => creator.kill())
    await eventually('it has listed the pods', () => indexOf(creator, 'the pods are listed') >= 0)
    // Every connection is cut at once, as by a machine without an API server.
    const cut = setInterval(proxy.cut, 20)

    const failed = async () => {
      const { text } = await creator.get('/metrics')
      return Number(/^kees_creator_list_errors_total\{[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0)
    }
    // Then the pause before the next list is 15 to 30 s.
    await eventually('six lists in a row failed', async () => (await failed()) >= 6, 90_000)
    clearInterval(cut)
    const restored = Date.now()
    await createPod(plane, 'shop', 'late', {
      'secret.bsycorp.com/late': 'kind=DYNAMIC,type=PASSWORD,size=128',
    })
    const pods = async () =>
      Number(/^kees_creator_pods (\d+)$/m.exec((await creator.get('/metrics')).text)?.[1])
    await eventually('it sees the new pod', async () => (await pods()) >= 2, 12_000)
    t.comment(`seen ${Date.now() - restored} ms after the outage`)
  })
})

/** The creator as in a pod: it finds the API server, its CA and its own token where Kubernetes puts them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createNamespace, createPod, eventsOf } from './cluster-workloads.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { startCreator } from './process.ts'
import { eventually } from '../programs/eventually.ts'
import { serviceAccountToken } from '../servers/service-account-token.ts'

t.setTimeout(1_200_000)

/** A mount namespace in which a folder is at the path of a pod's ServiceAccount. */
const inPod = `
mount -t tmpfs tmpfs /var/run
mkdir -p /var/run/secrets/kubernetes.io
cp -r "$0" /var/run/secrets/kubernetes.io/serviceaccount
exec "$@"
`
const unshare = ['unshare', '--map-root-user', '--mount', 'sh', '-ec', inPod]
const mounting = ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/var/run']
/** Some systems have the command and forbid its use. */
const namespacesMissing = spawnSync('unshare', mounting).status !== 0 && 'needs the command unshare'

t.test('the creator in a pod', { skip: controlPlaneMissing || namespacesMissing }, async (t) => {
  const plane = await sharedControlPlane(t)
  await createNamespace(plane, 'kees')
  await createNamespace(plane, 'shop')
  const account = { kind: 'ServiceAccount', name: 'creator', namespace: 'kees' }
  await plane.request('POST', '/api/v1/namespaces/kees/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'creator' },
  })
  await plane.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'creator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [account],
  })
  const folder = t.testdir()
  const [secrets, store] = [join(folder, 'serviceaccount'), join(folder, 'store')]
  mkdirSync(secrets)
  mkdirSync(store, { mode: 0o700 })
  writeFileSync(join(secrets, 'token'), await serviceAccountToken(plane, 'kees', 'creator'))
  writeFileSync(join(secrets, 'ca.crt'), plane.ca)
  writeFileSync(join(secrets, 'namespace'), 'kees')
  const { hostname, port } = new URL(plane.server)
  const env = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    ALLOW_ALL_PREFIXES: 'true',
    POD_NAME: 'creator-1',
    POD_NAMESPACE: 'kees',
    KEES_STORE: `file:${store}`,
  }
  const creator = await startCreator(env, [...unshare, secrets])
  t.teardown(() => creator.kill())
  await createPod(plane, 'shop', 'app', {
    'secret.bsycorp.com/token': 'kind=DYNAMIC,type=RANDOM,size=128',
  })
  await eventually('the Event is recorded', async () =>
    (await eventsOf(plane, 'shop')).some(
      ({ reason, message }) => reason === 'Created' && message === 'created /token',
    ),
  )
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kees/leases/kees-creator'
  t.match((await plane.request('GET', lease)).body, { spec: { holderIdentity: 'creator-1' } })
})

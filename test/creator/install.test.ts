/** The creator's installation on a real API server: it is accepted, and its ServiceAccount has the rights for its work and no others. */
import { join } from 'node:path'
import t from 'tap'
import { type Cluster, controllersMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { root, run } from '../programs/programs.ts'
import { serviceAccountToken } from '../servers/service-account-token.ts'
import { kubectl } from '../programs/tools.ts'

const base = join(root, 'install', 'creator')
const { path: kubectlPath = 'kubectl', missing: kubectlMissing } = kubectl()

const leases = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
const core = (namespace: string, resource: string) => `/api/v1/namespaces/${namespace}/${resource}`
const lease = (name: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name },
  spec: { holderIdentity: 'of-a-test' },
})
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { generateName: 'app.' },
  involvedObject: { kind: 'Pod', name: 'app', namespace: 'shop' },
  reason: 'Test',
  message: 'of a test',
  type: 'Normal',
}
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app' },
  spec: { containers: [{ name: 'app', image: 'example/app:1' }] },
}
const named = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name } })
const binding = {
  ...named('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'more'),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
}

/** The part of the Prometheus operator that a ServiceMonitor needs to be stored. */
const serviceMonitors = {
  ...named('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'servicemonitors.monitoring.coreos.com'),
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'ServiceMonitor', plural: 'servicemonitors' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

type Try = readonly [method: string, path: string, body?: unknown]

const allowed: readonly Try[] = [
  ['GET', '/api/v1/pods?limit=1'],
  ['GET', core('shop', 'pods/app')],
  ['GET', '/api/v1/pods?watch=true&timeoutSeconds=1&fieldSelector=metadata.name=none'],
  ['POST', core('shop', 'events'), event],
  ['POST', leases('kees'), lease('kees-creator')],
  ['GET', `${leases('kees')}/kees-creator`],
]
const forbidden: readonly Try[] = [
  ['GET', '/api/v1/secrets'],
  ['GET', core('shop', 'secrets')],
  ['GET', core('kees', 'secrets')],
  ['GET', core('shop', 'secrets/app')],
  ['POST', core('shop', 'secrets'), named('v1', 'Secret', 'app')],
  ['GET', '/api/v1/configmaps'],
  ['GET', core('kees', 'configmaps')],
  ['GET', '/api/v1/nodes'],
  ['GET', '/api/v1/namespaces'],
  ['GET', core('kees', 'serviceaccounts')],
  ['POST', core('kees', 'serviceaccounts/kees-creator/token'), { spec: {} }],
  ['POST', core('shop', 'serviceaccounts/default/token'), { spec: {} }],
  ['DELETE', core('shop', 'pods/app')],
  ['DELETE', core('shop', 'pods')],
  ['PATCH', core('shop', 'pods/app'), { metadata: { labels: { a: 'b' } } }],
  ['POST', core('shop', 'pods'), { ...pod, metadata: { name: 'another' } }],
  ['GET', core('shop', 'pods/app/log')],
  ['POST', core('shop', 'pods/app/exec?command=id')],
  ['POST', core('shop', 'pods/app/eviction'), named('policy/v1', 'Eviction', 'app')],
  ['GET', core('shop', 'events')],
  ['DELETE', core('shop', 'events')],
  ['GET', leases('kees')],
  ['GET', `${leases('kees')}/another`],
  ['DELETE', `${leases('kees')}/kees-creator`],
  ['PUT', `${leases('kees')}/another`, lease('another')],
  ['POST', leases('shop'), lease('kees-creator')],
  ['GET', `${leases('kube-system')}/kees-creator`],
  ['POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding],
  ['GET', '/apis/apps/v1/deployments'],
  ['PATCH', '/apis/apps/v1/namespaces/kees/deployments/kees-creator', { spec: { replicas: 0 } }],
]

const skip = controllersMissing || (kubectlMissing ?? false)
t.test('the installation on a cluster', { skip }, async (t) => {
  const cluster = await sharedControlPlane(t, { controllers: true })
  const apply = (folder = base) =>
    run(kubectlPath, ['--kubeconfig', cluster.kubeconfig, 'apply', '-k', folder])

  await t.test('it is accepted without a warning', async (t) => {
    const { stdout, stderr, status } = apply()
    t.strictSame([stderr, status], ['', 0])
    t.equal(stdout.split('\n').filter((line) => line.endsWith(' created')).length, 10, stdout)
    // kubectl sends the selector of a PodDisruptionBudget again, whether or not it differs.
    const again = apply().stdout.replace(/^poddisruptionbudget.*$/m, '')
    t.notMatch(again, /created|configured/, 'a second time, there is nothing to do')
    const budget = await cluster.request(
      'GET',
      '/apis/policy/v1/namespaces/kees/poddisruptionbudgets/kees-creator',
    )
    t.match(budget, { body: { metadata: { generation: 1 } } })
  })

  await t.test('its pods are accepted by a namespace that enforces the restricted profile', async (t) => {
    await eventually('there are two pods', async () => (await podsOf(cluster)).length === 2)
    const refused = await cluster.request('POST', core('kees', 'pods'), pod)
    t.match(refused, { status: 403, body: { message: /violates PodSecurity "restricted/ } }, 'others are not')
  })

  await t.test('the example is accepted on top of it, with the component for Prometheus', async (t) => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    t.match(await cluster.request('POST', crds, serviceMonitors), { status: 201 })
    const monitors = '/apis/monitoring.coreos.com/v1/servicemonitors'
    const known = async () => (await cluster.request('GET', monitors)).status === 200
    await eventually('the API server knows ServiceMonitors', known)
    const { stdout, stderr, status } = apply(join(root, 'kustomize-examples', 'creator'))
    t.strictSame([stderr, status], ['', 0])
    t.match(stdout, /^service\/kees-creator created$/m)
    t.match(stdout, /^networkpolicy.networking.k8s.io\/kees-creator configured$/m)
    const { body } = await cluster.request('GET', '/apis/apps/v1/namespaces/kees/deployments/kees-creator')
    t.match(JSON.stringify(body), /"image":"registry.example.com\/kees-creator:/)
  })

  await cluster.request('POST', '/api/v1/namespaces', named('v1', 'Namespace', 'shop'))
  await cluster.request('POST', core('shop', 'pods'), pod)
  await cluster.request('POST', core('shop', 'secrets'), named('v1', 'Secret', 'app'))
  const asCreator = cluster.requestAs(await serviceAccountToken(cluster, 'kees', 'kees-creator'))
  const title = ([method, path]: Try) => `${method} ${path}`

  await t.test('its ServiceAccount has the rights for its work', async (t) => {
    for (const one of allowed) t.match(await asCreator(...one), { status: /^20[01]$/ }, title(one))
    const { body } = await asCreator('GET', `${leases('kees')}/kees-creator`)
    t.match(
      await asCreator('PUT', `${leases('kees')}/kees-creator`, body),
      { status: 200 },
      'PUT of its Lease',
    )
  })

  await t.test('its ServiceAccount has no other rights', async (t) => {
    for (const one of forbidden) t.match(await asCreator(...one), { status: 403 }, title(one))
    for (const one of forbidden) {
      const { status } = await cluster.request(...dry(one))
      t.not(status, 403, `an administrator is not refused: ${title(one)}`)
    }
  })
})

/** Nothing is deleted or made by it, where the API server can pretend. */
function dry([method, path, body]: Try): Try {
  if (method === 'GET') return [method, path]
  return [method, `${path}${path.includes('?') ? '&' : '?'}dryRun=All`, body]
}

async function podsOf(cluster: Cluster): Promise<readonly unknown[]> {
  const { body } = await cluster.request('GET', core('kees', 'pods'))
  const items: unknown = typeof body === 'object' && body !== null && 'items' in body ? body.items : undefined
  return Array.isArray(items) ? items : []
}

/** Pods that the API server injects by `kees admission-policy --inject`, together with what else changes and judges them there. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listOf, mapOf } from '../../api/json.ts'
import { eventually } from '../programs/eventually.ts'
import { controllersMissing, startControlPlane } from '../servers/control-plane.ts'
import { inject, same } from './compare-injection.ts'
import type { Json } from './hostile-pods.ts'
import { createPolicy, injectingPolicies } from './injecting-policies.ts'
import { largeUninjectedPods } from './large-uninjected-pods.ts'
import { startRoleWebhook } from './role-webhook.ts'

const reference = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
const variable = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD,env=DB_PASSWORD' }
const app = { name: 'app', image: 'example/app:1' }

const pod = (annotations: Json, spec: Json = {}, name = 'app'): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, annotations },
  spec: { containers: [app], ...spec },
})

const template = (annotations: Json, spec: Json = {}) => ({
  metadata: { labels: { app: 'app' }, annotations },
  spec: { containers: [app], ...spec },
})
/** The token of the webhook is one of an account, which no plugin of this API server sets. */
const withAccount = { serviceAccountName: 'app' }
const selector = { matchLabels: { app: 'app' } }

await t.test('the API server injects pods of anybody', { skip: controllersMissing }, async (t) => {
  const cluster = await startControlPlane({ controllers: true, admissionPlugins: ['AlwaysPullImages'] })
  t.teardown(cluster.stop)
  const webhook = await startRoleWebhook(t.testdir())
  t.teardown(webhook.stop)
  const file = join(t.testdir({ options: {} }), 'options', 'inject-init.yaml')
  const options = {
    image: 'example/init:1',
    minKubelet: '1.35',
    env: [{ name: 'AWS_REGION', value: 'eu-west-1' }],
  }
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'kees.bsycorp.com/v1alpha1',
      kind: 'InjectInit',
      metadata: { name: 'x' },
      spec: options,
    }),
  )
  for (const object of await injectingPolicies(join(file, '..'), file)) await createPolicy(cluster, object)
  const makeNamespace = async (name: string, labels: Json = {}) =>
    cluster.request('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })
  await makeNamespace('shop')
  await makeNamespace('narrow')
  await makeNamespace('hooked')
  await makeNamespace('restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' })
  await cluster.request(
    'POST',
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    webhook.configuration('hooked'),
  )
  const post = (namespace: string, object: Json, query = '?dryRun=All') => {
    const { apiVersion, kind } = object
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${String(apiVersion)}`
    return cluster.request(
      'POST',
      `${root}/namespaces/${namespace}/${String(kind).toLowerCase()}s${query}`,
      object,
    )
  }
  const refused = (message: RegExp) => ({ status: 422, body: { message } })
  await eventually('the policies are at work', async () => {
    const hooked = JSON.stringify((await post('hooked', pod(reference, withAccount))).body)
    const windows = { nodeSelector: { 'kubernetes.io/os': 'windows' } }
    const denied = [pod(reference, windows), workload('Deployment', windows)].map((one) => post('shop', one))
    return (
      hooked.includes('init-container') &&
      hooked.includes('AWS_ROLE_ARN') &&
      (await Promise.all(denied)).every(({ status }) => status === 422)
    )
  })

  await t.test(
    'a webhook after it, and AlwaysPullImages, change its containers as those of inject-init',
    async (t) => {
      const before = pod(variable, withAccount)
      const made = await post('hooked', before)
      const injected = await inject(before, file)
      if ('errors' in injected) throw new Error(injected.errors)
      same(made, await post('hooked', injected.pod), before)
      const { initContainers, containers, volumes } = mapOf(mapOf(made.body)['spec'])
      const [init] = listOf(initContainers).map(mapOf)
      t.match(init, { name: 'init-container', imagePullPolicy: 'Always' })
      t.match(names(init?.['env']), ['POD_NAME', 'POD_NAMESPACE', 'CONTRACT', 'AWS_REGION', 'AWS_ROLE_ARN'])
      t.match(names(init?.['volumeMounts']), ['secret-volume', 'annotations', 'env-volume', 'aws-iam-token'])
      t.strictSame(names(volumes), ['secret-volume', 'annotations', 'env-volume', 'aws-iam-token'])
      const mounts = listOf(containers)
        .map(mapOf)
        .map((one) => [one['name'], names(one['volumeMounts'])])
      t.strictSame(mounts, [
        ['app', ['secret-volume', 'aws-iam-token']],
        // A container of the webhook gets no secrets.
        ['mesh', ['aws-iam-token']],
      ])
    },
  )

  await t.test('Pod Security "restricted" judges the pod with init', async (t) => {
    const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
    const safe = {
      ...app,
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    }
    const made = await post('restricted', pod(variable, { containers: [safe], securityContext }))
    t.match(made, { status: 201, body: { spec: { initContainers: [{ name: 'init-container' }] } } })
    t.match(await post('restricted', pod(variable)), {
      status: 403,
      body: { message: /violates PodSecurity/ },
    })
  })

  await t.test('mirror pods of the kubelet are refused, unless their manifest is injected', async (t) => {
    const mirror = {
      ...reference,
      'kubernetes.io/config.mirror': 'abc',
      'kubernetes.io/config.source': 'file',
    }
    const spec = { nodeName: 'node', hostNetwork: true }
    t.match(
      await post('shop', pod(mirror, spec)),
      refused(/it is a static pod, which the API server cannot change/),
    )
    const injected = await inject(pod(mirror, spec), file)
    if ('errors' in injected) throw new Error(injected.errors)
    t.match(await post('shop', injected.pod), { status: 201 })
  })

  await t.test('server-side apply, twice, and dry-run', async (t) => {
    const path = '/api/v1/namespaces/shop/pods/applied'
    const applied = pod(variable, {}, 'applied')
    const apply = (query = '') => cluster.request('PATCH', `${path}?fieldManager=operator${query}`, applied)
    t.match(await apply('&dryRun=All'), {
      status: 201,
      body: { spec: { initContainers: [{ name: 'init-container' }] } },
    })
    t.match(await cluster.request('GET', path), { status: 404 }, 'a dry run stores nothing')
    const first = await apply()
    const second = await apply()
    t.match([first.status, second.status], [201, 200])
    same({ ...second, status: 201 }, first, applied)
  })

  await t.test(
    'pods of controllers; of their templates, only what cannot be injected is refused',
    async (t) => {
      await cluster.request('POST', '/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node' },
      })
      for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])
        t.match(await post('shop', workload(kind, {}, kind.toLowerCase()), ''), { status: 201 }, kind)
      const owned = async () => {
        const { body } = await cluster.request('GET', '/api/v1/namespaces/shop/pods')
        const items = listOf(mapOf(body)['items']).map(mapOf)
        return items.filter((one) => mapOf(one['metadata'])['ownerReferences'] !== undefined)
      }
      await eventually('the pods are there', async () => (await owned()).length >= 4)
      for (const one of await owned()) {
        const [owner] = listOf(mapOf(one['metadata'])['ownerReferences']).map(mapOf)
        const [init] = names(mapOf(one['spec'])['initContainers'])
        t.equal(init, 'init-container', `a pod of a ${String(owner?.['kind'])}`)
      }
      const windows = workload('Deployment', { nodeSelector: { 'kubernetes.io/os': 'windows' } })
      t.match(
        await post('shop', windows),
        refused(/the API server does not inject the pod: it runs on Windows/),
      )
      const dynamic = template({ 'secret.bsycorp.com/token': 'kind=DYNAMIC,type=PASSWORD,size=128' })
      const outside = { ...workload('Deployment'), spec: { selector, template: dynamic } }
      t.match(await post('narrow', outside), refused(/the storage-prefix of pods with DYNAMIC secrets/))
    },
  )

  await t.test(
    'the largest pods stay within the budget of CEL, or are refused with the reason',
    async (t) => {
      for (const { title, pod: large, refused: reason } of largeUninjectedPods()) {
        const made = await post('shop', large)
        if (reason) t.match(made, refused(reason), title)
        else
          t.match(
            made,
            { status: 201, body: { spec: { initContainers: [{ name: 'init-container' }] } } },
            title,
          )
      }
    },
  )
})

function workload(kind: string, spec: Json = {}, name = 'app'): Json {
  const isJob = kind === 'Job'
  return {
    apiVersion: isJob ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(isJob ? {} : { selector }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      template: template(variable, { ...spec, ...(isJob ? { restartPolicy: 'Never' } : {}) }),
    },
  }
}

function names(list: unknown): unknown[] {
  return listOf(list).map((one) => mapOf(one)['name'])
}

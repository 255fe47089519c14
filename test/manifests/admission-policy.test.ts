/** What `kees admission-policy` prints, on a real API server. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { type Answer, controlPlaneMissing, startControlPlane } from '../servers/control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { compareInjection } from './compare-injection.ts'
import { hostilePod, hostilePods, injectedPod } from './hostile-pods.ts'
import { largePods } from './large-pods.ts'
import { otherSubresources, podWrites, subresourcesOfPods } from './pod-writes.ts'

t.setTimeout(1_800_000)

const image = 'example/init:1'
const storagePolicy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: [shop, "team-*"], prefixes: ["/{namespace}", "/shared/{namespace}"]}
    - {namespaces: [default], prefixes: ["/"]}
`

type Object = Readonly<Record<string, unknown>>
type Change = (manifest: string) => string

const deployment = (annotations: readonly string[]) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
      annotations:
        example.com/other: "1"
${annotations.map((one) => `        ${one}\n`).join('')}    spec:
      containers:
        - name: app
          image: example/app:1
`
const pod = (annotations: readonly string[]) => `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
    example.com/other: "1"
${annotations.map((one) => `    ${one}\n`).join('')}spec:
  containers:
    - name: app
      image: example/app:1
`
const podTemplate = (annotations: readonly string[]) => `apiVersion: v1
kind: PodTemplate
metadata:
  name: app
template:
  metadata:
    annotations:
      example.com/other: "1"
${annotations.map((one) => `      ${one}\n`).join('')}  spec:
    containers:
      - name: app
        image: example/app:1
`
const cronJob = (annotations: readonly string[]) => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: app
spec:
  schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        metadata:
          annotations:
            example.com/other: "1"
${annotations.map((one) => `            ${one}\n`).join('')}        spec:
          restartPolicy: Never
          containers:
            - name: app
              image: example/app:1
`

const reference = 'secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"'
const dynamic = 'secret.bsycorp.com/token: "kind=DYNAMIC,type=PASSWORD,size=128"'
const prefix = (text: string) => `init.bsycorp.com/storage-prefix: "${text}"`

const asItIs: Change = (manifest) => manifest
const notInMemory: Change = (manifest) => manifest.replace('medium: Memory', 'medium: ""')
const otherImage: Change = (manifest) => manifest.replace(image, `${image}-evil`)
const otherCommand: Change = (manifest) =>
  manifest.replace(/^( *)image: example\/init:1$/m, '$&\n$1command: [/bin/sh]')
const otherVolume: Change = (manifest) => manifest.replace('name: secret-volume', 'name: annotations')

type Case = {
  readonly title: string
  readonly kind: (annotations: readonly string[]) => string
  readonly namespace: string
  readonly annotations: readonly string[]
  readonly injected?: boolean
  readonly change?: Change
  /** The message of the API server; absent: it accepts the object. */
  readonly refused?: RegExp
}

const noInit = /no init container init-container with the image example\/init:1/
const wrongPrefix = /the storage-prefix of pods with DYNAMIC secrets in \S+ must be below/

const cases: readonly Case[] = [
  ...[pod, deployment, cronJob, podTemplate].flatMap((kind): Case[] => [
    { title: `${kind.name}: not annotated`, kind, namespace: 'shop', annotations: [], injected: false },
    { title: `${kind.name}: injected`, kind, namespace: 'shop', annotations: [reference] },
    {
      title: `${kind.name}: annotated, and not injected, as after a build without --enable-exec`,
      kind,
      namespace: 'shop',
      annotations: [reference],
      injected: false,
      refused: noInit,
    },
    {
      title: `${kind.name}: DYNAMIC outside of its namespace's prefixes`,
      kind,
      namespace: 'shop',
      annotations: [dynamic, prefix('/other')],
      refused: wrongPrefix,
    },
    {
      title: `${kind.name}: another command of init`,
      kind,
      namespace: 'shop',
      annotations: [reference],
      change: otherCommand,
      refused: /initContainers\[init-container\]\.command: must not be set/,
    },
  ]),
  {
    title: 'another image',
    kind: pod,
    namespace: 'shop',
    annotations: [reference],
    change: otherImage,
    refused: noInit,
  },
  {
    title: 'another volume',
    kind: pod,
    namespace: 'shop',
    annotations: [reference],
    change: otherVolume,
    refused: noInit,
  },
  {
    title: 'a volume on the disk of the node',
    kind: pod,
    namespace: 'shop',
    annotations: [reference],
    change: notInMemory,
    refused: /the volume secret-volume does not hold them in memory/,
  },
  { title: 'the first prefix', kind: pod, namespace: 'shop', annotations: [dynamic, prefix('/shop')] },
  {
    title: 'below the first prefix',
    kind: pod,
    namespace: 'shop',
    annotations: [dynamic, prefix('shop/a/')],
  },
  {
    title: 'the second prefix',
    kind: pod,
    namespace: 'team-a',
    annotations: [dynamic, prefix('/shared/team-a')],
  },
  {
    title: 'a prefix that only begins like an allowed one',
    kind: pod,
    namespace: 'shop',
    annotations: [dynamic, prefix('/shopping')],
    refused: wrongPrefix,
  },
  {
    title: 'no prefix where one is asked for',
    kind: pod,
    namespace: 'shop',
    annotations: [dynamic],
    refused: wrongPrefix,
  },
  { title: 'no prefix where all are allowed', kind: pod, namespace: 'default', annotations: [dynamic] },
  { title: 'REFERENCE anywhere', kind: pod, namespace: 'shop', annotations: [reference, prefix('/other')] },
  {
    title: 'a namespace without a rule',
    kind: pod,
    namespace: 'other',
    annotations: [dynamic, prefix('/other')],
    refused: /must be below no prefix at all/,
  },
  {
    title: 'DYNAMIC in another spelling',
    kind: pod,
    namespace: 'shop',
    annotations: ['secret.bsycorp.com/token: "type=PASSWORD ,\\n kind = \\"DYNAMIC\\",size=128"'],
    refused: wrongPrefix,
  },
]

t.test('admission by the policies that kees generates', { skip: controlPlaneMissing }, async (t) => {
  const cluster = await startControlPlane()
  t.teardown(cluster.stop)
  const policyFile = join(t.testdir({ 'policy.yaml': storagePolicy }), 'policy.yaml')
  const printed = await print([
    'admission-policy',
    '--policy',
    policyFile,
    '--image',
    image,
    '--allow-env',
    'HTTP_PROXY',
  ])
  for (const object of objectsIn(printed)) {
    const resource = `${String(object['kind']).toLowerCase().replace(/y$/, 'ie')}s`
    const path = `/apis/admissionregistration.k8s.io/v1/${resource}`
    t.match(
      await cluster.request('POST', path, object),
      { status: 201 },
      `${String(object['kind'])} is accepted`,
    )
  }
  for (const name of ['shop', 'team-a', 'other']) {
    await cluster.request('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })
  }
  const inject = (manifest: string) => print(['inject', '-f', '-', '--image', image], manifest)
  const create = (namespace: string, manifest: string) => {
    const [object = {}] = objectsIn(manifest)
    return cluster.request('POST', `${pathOf(object, namespace)}?dryRun=All`, object)
  }
  await active(create)

  for (const { title, kind, namespace, annotations, injected = true, change = asItIs, refused } of cases) {
    const manifest = kind(annotations)
    const answer = await create(namespace, change(injected ? await inject(manifest) : manifest))
    if (refused === undefined) t.match(answer, { status: 201 }, title)
    else t.match(answer, { status: 422, body: { message: refused } }, title)
  }

  const dryRun = (object: Object, namespace = 'shop') =>
    cluster.request('POST', `${pathOf(object, namespace)}?dryRun=All`, object)
  const expect = (t: Test, answer: Answer, refused: RegExp | undefined, title: string) =>
    t.match(answer, refused ? { status: 422, body: { message: refused } } : { status: 201 }, title)

  await t.test('each pod in which init would work differently is rejected, as by kees verify', async (t) => {
    const hostile = hostilePod()
    for (const one of hostilePods) expect(t, await dryRun(hostile(one)), one.refused, one.title)
  })

  await t.test('what is larger than kees reads is rejected; the largest pod is not', async (t) => {
    for (const [title, object, refused] of largePods()) expect(t, await dryRun(object), refused, title)
  })

  await t.test('the annotations of a running pod change by no way', async (t) => {
    const created = injectedPod()
    t.match(await cluster.request('POST', pathOf(created, 'team-a'), created), { status: 201 })
    const root = '/api/v1/namespaces/team-a'
    const read = async (): Promise<Object> => {
      const { body } = await cluster.request('GET', `${root}/pods/app`)
      return typeof body === 'object' && body !== null ? { ...body } : {}
    }
    const before = await read()
    for (const { title, method, path, body, outcome } of podWrites) {
      const answer = await cluster.request(method, `${root}${path}`, body(await read()))
      if (outcome === 'refused')
        t.match(
          answer,
          { status: 422, body: { message: /the declarations of a pod cannot be changed/ } },
          title,
        )
      else t.ok(answer.status < 300, `${title}: ${JSON.stringify(answer)}`)
      t.match(await read(), { metadata: { annotations: mapIn(before, 'metadata')['annotations'] } }, title)
    }
    const known = [...podWrites.flatMap(({ subresource = [] }) => subresource), ...otherSubresources]
    t.strictSame((await subresourcesOfPods(cluster)).toSorted(), [...new Set(known)].toSorted())
  })

  await t.test('the declarations of a pod are immutable; the rest may change', async (t) => {
    const [object = {}] = objectsIn(await inject(pod([reference, prefix('/shop')])))
    t.match(await cluster.request('POST', pathOf(object, 'shop'), object), { status: 201 })
    const patch = (annotations: Object) =>
      cluster.request('PATCH', `${pathOf(object, 'shop')}/app`, { metadata: { annotations } })
    const refusal = { status: 422, body: { message: /the declarations of a pod cannot be changed/ } }
    const declaration = 'kind=DYNAMIC,type=PASSWORD,size=128'
    t.match(await patch({ 'secret.bsycorp.com/token': declaration }), refusal, 'none is added')
    t.match(await patch({ 'secret.bsycorp.com/db.password': declaration }), refusal, 'none is changed')
    t.match(await patch({ 'secret.bsycorp.com/db.password': null }), refusal, 'none is removed')
    t.match(await patch({ 'init.bsycorp.com/storage-prefix': '/other' }), refusal, 'nor the prefix')
    t.match(await patch({ 'example.com/other': '2' }), { status: 200 }, 'other annotations are free')
  })

  await t.test('a pod from before the policy can be labelled, as controllers do', async (t) => {
    const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/kees-pods'
    await cluster.request('DELETE', bindings)
    const [object = {}] = objectsIn(pod([reference]).replace('name: app', 'name: before'))
    await eventually(
      'pods are free of the policy',
      async () => (await cluster.request('POST', pathOf(object, 'shop'), object)).status === 201,
    )
    const binding = objectsIn(printed).find(isPodBinding)
    t.match(await cluster.request('POST', bindings.replace('/kees-pods', ''), binding), { status: 201 })
    await active(create)
    const path = `${pathOf(object, 'shop')}/before`
    t.match(await cluster.request('PATCH', path, { metadata: { labels: { a: 'b' } } }), { status: 200 })
    t.match(await cluster.request('PATCH', path, { spec: { activeDeadlineSeconds: 9 } }), { status: 422 })
  })

  await t.test('the API server injects generated pods as inject-init does', async (t) => {
    for (const object of objectsIn(printed).filter(isBinding)) {
      const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
      await cluster.request('DELETE', `${path}/${String(mapIn(object, 'metadata')['name'])}`)
    }
    await eventually('pods are free', async () => (await create('other', pod([reference]))).status === 201)
    await compareInjection(t, cluster, t.testdir())
  })
})

function mapIn(object: Object, key: string): Object {
  const value = object[key]
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isBinding({ kind }: Object): boolean {
  return kind === 'ValidatingAdmissionPolicyBinding'
}

function isPodBinding({ kind, metadata }: Object): boolean {
  return kind === 'ValidatingAdmissionPolicyBinding' && JSON.stringify(metadata) === '{"name":"kees-pods"}'
}

/** A policy takes effect a moment after it was made. */
async function active(
  create: (namespace: string, manifest: string) => Promise<{ readonly status: number }>,
): Promise<void> {
  for (const kind of [pod, deployment]) {
    await eventually(
      'the policy is at work',
      async () => (await create('shop', kind([reference]))).status === 422,
    )
  }
}

/** What kees prints. In this process: there are many calls. */
async function print(args: readonly string[], input = ''): Promise<string> {
  const io = fakeIo(input)
  if ((await kees(args, io)) !== 0) throw new Error(io.said())
  return io.printed()
}

function objectsIn(yaml: string): Object[] {
  return parseAllDocuments(yaml).map((one) => one.toJS())
}

function pathOf({ apiVersion, kind }: Object, namespace: string): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${String(apiVersion)}`
  return `${root}/namespaces/${namespace}/${String(kind).toLowerCase()}s`
}

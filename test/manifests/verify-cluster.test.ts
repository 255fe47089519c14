/** The results of kees verify for injected workloads, and for the pods made from them, as a real API server returns them. */
import fc from 'fast-check'
import t from 'tap'
import { controllersMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { run } from '../programs/programs.ts'

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: {
        labels: { app: 'app' },
        annotations: { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' },
      },
      spec: {
        initContainers: [{ name: 'migrate', image: 'example/app:1' }],
        containers: [
          { name: 'app', image: 'example/app:1' },
          { name: 'proxy', image: 'example/proxy:1' },
        ],
      },
    },
  },
}

const flags = (options: Readonly<Record<string, unknown>>) =>
  Object.entries(options).flatMap(([name, value]) => [
    `--${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
const configurations: Readonly<Record<string, readonly string[]>> = {
  defaults: [],
  'every-option': flags({
    image: 'example/init:1',
    'image-pull-policy': 'Never',
    'container-name': 'fetch',
    'secret-mount-path': '/run/secret',
    'secret-volume-name': 'kees',
    'annotations-mount-path': '/run/pod',
    'annotations-volume-name': 'pod',
    medium: '',
    'size-limit': '2048Ki',
    'container-resources': { requests: { cpu: '0.1' }, limits: { cpu: '1000m', memory: '128Mi' } },
    'run-as-user': '1000',
    env: [
      { name: 'A', value: '' },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
    ],
    containers: 'app,migrate',
    format: 'json',
    refresh: '5m',
  }),
}

type Container = { name: string; volumeMounts?: unknown }
type PodList = { items: { spec: { initContainers: Container[]; containers: Container[] } }[] }

const kees = (command: readonly string[], input: string) => {
  const { status, stdout, stderr } = run('kees', [...command, '-f', '-'], { input })
  return { status, stdout, stderr }
}
const silent = { status: 0, stdout: '', stderr: '' }

t.test('on a real API server', { skip: controllersMissing }, async (t) => {
  const cluster = await sharedControlPlane(t, { controllers: true })

  for (const [name, options] of Object.entries(configurations)) {
    await t.test(`injected with ${name.replace('-', ' ')}`, async (t) => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
      t.match(await cluster.request('POST', '/api/v1/namespaces', namespace), { status: 201 })
      const injected = kees(['inject', ...options], JSON.stringify(deployment))
      t.equal(injected.status, 0, injected.stderr)
      const deployments = `/apis/apps/v1/namespaces/${name}/deployments`
      t.match(await cluster.request('POST', deployments, JSON.parse(injected.stdout)), { status: 201 })
      const read = async (path: string) => JSON.stringify((await cluster.request('GET', path)).body)
      const pods = () => read(`/api/v1/namespaces/${name}/pods`)
      await eventually('there is a pod', async () => (await pods()).includes('secret.bsycorp.com/'))
      const made = await pods()
      t.match(made, '"kind":"PodList"')
      t.notMatch(made, 'kees.bsycorp.com/injected', 'the record is not on the pods')

      const given = await read(deployments)
      for (const text of [given, await read(deployments.replace('deployments', 'replicasets')), made]) {
        t.strictSame(kees(['verify'], text), silent, 'to one that knows nothing')
        t.strictSame(kees(['verify', ...options], text), silent, 'to one that knows the options')
      }
      t.strictSame(kees(['inject', '--check', ...options], given), silent, 'nothing is left to do')

      const list: PodList = JSON.parse(made)
      for (const { spec } of list.items) {
        // Without the record it is not known which containers had them, only that some had.
        const migrate = spec.initContainers.filter(({ name: own }) => own === 'migrate')
        for (const one of [...migrate, ...spec.containers]) delete one.volumeMounts
      }
      const { status, stderr } = kees(['verify'], JSON.stringify(list))
      t.equal(status, 1)
      t.match(stderr, / spec\.containers\[app\]\.volumeMounts\[(\/run)?\/secret\]: missing/)
    })
  }

  await t.test('pod-level resources are errors where the API server rejects the injected pod', async (t) => {
    const pods = fc.sample(podWithResources, { numRuns: 60, seed: 17 })
    const object = (index: number, spec: object) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${index}`, annotations: deployment.spec.template.metadata.annotations },
      spec,
    })
    const list = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    // Without the resources of the pod nothing is wrong.
    const without = list(
      pods.map(({ containers, initContainers }, index) => object(index, { containers, initContainers })),
    )
    const injected = kees(['inject', '--refresh', '5m'], without)
    t.equal(injected.status, 0, injected.stderr)
    const { stderr } = kees(
      ['inject', '--refresh', '5m'],
      list(pods.map((spec, index) => object(index, spec))),
    )
    const items: { spec: object }[] = JSON.parse(injected.stdout).items
    let rejected = 0
    for (const [index, { resources }] of pods.entries()) {
      const item = items[index]
      const pod = { ...item, spec: { ...item?.spec, resources } }
      const answer = await cluster.request('POST', '/api/v1/namespaces/default/pods?dryRun=All', pod)
      const errors = stderr.split('\n').filter((line) => line.includes(`error: Pod/pod-${index} `))
      if (answer.status !== 201) rejected++
      t.equal(errors.length > 0, answer.status !== 201, `${errors.join()} ${JSON.stringify(answer.body)}`)
    }
    t.ok(rejected > 10 && rejected < 50, `${rejected} of 60 were rejected`)
  })
})

const amounts = fc.record(
  { cpu: fc.constantFrom('20m', '0.1', '110m'), memory: fc.constantFrom('40Mi', '64Mi', '90e6') },
  { requiredKeys: [] },
)
const container = fc.record({ image: fc.constant('a'), resources: fc.record({ requests: amounts }) })
const initContainer = fc.oneof(
  fc.record({ image: fc.constant('a'), resources: fc.record({ limits: amounts }) }),
  container.map((one) => ({ ...one, restartPolicy: 'Always' })),
)
const named = <C extends object>(prefix: string, list: readonly C[]) =>
  list.map((one, index) => ({ name: `${prefix}${index}`, ...one }))
const ofPod = fc.record(
  {
    cpu: fc.constantFrom('100m', '0.15', '200m', '310m'),
    memory: fc.constantFrom('100Mi', '128Mi', '200Mi', '300Mi'),
  },
  { requiredKeys: [] },
)
const podWithResources = fc
  .record({
    resources: fc.oneof(
      fc.record({ requests: ofPod }),
      fc.record({ limits: ofPod }),
      fc.record({ requests: ofPod, limits: fc.constant({ cpu: '1', memory: '1Gi' }) }),
    ),
    containers: fc.array(container, { minLength: 1, maxLength: 2 }),
    initContainers: fc.array(initContainer, { maxLength: 3 }),
  })
  .map((spec) => ({
    ...spec,
    containers: named('app', spec.containers),
    initContainers: named('init', spec.initContainers),
  }))

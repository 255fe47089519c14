/** kees prune against moto and workloads on a real API server. Its commands are run too, by the client of the SDK. */
import { DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { join } from 'node:path'
import t from 'tap'
import { create, createNamespace, createPod, deployment } from '../creator/cluster-workloads.ts'
import { storedBelow } from '../docs/stored-parameters.ts'
import { eventually } from '../programs/eventually.ts'
import { run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { kubectl } from '../programs/tools.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { kubeconfigWith } from '../servers/limited-user.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'

t.setTimeout(600_000)

const skip = kubectl().missing ?? (controlPlaneMissing || motoMissing)
const password = 'kind=DYNAMIC,type=PASSWORD,size=128'
const prefix = { 'init.bsycorp.com/storage-prefix': '/shop' }
const declares = (...names: readonly string[]) => ({
  ...prefix,
  ...Object.fromEntries(names.map((name) => [`secret.bsycorp.com/${name}`, password])),
})
const pair = {
  ...prefix,
  'secret.bsycorp.com/key_private': 'kind=DYNAMIC,type=RSA,size=2048',
  'secret.bsycorp.com/key_public': 'kind=DYNAMIC,type=RSA,size=2048',
  'secret.bsycorp.com/used_private': 'kind=DYNAMIC,type=RSA,size=2048',
  'secret.bsycorp.com/used_public': 'kind=DYNAMIC,type=RSA,size=2048',
}
/** Everything that kees made once. */
const made = {
  ...pair,
  ...declares(
    'unused',
    'in-manifest',
    'scaled',
    'suspended',
    'replica-set',
    'revision',
    'elsewhere',
    'pod',
    'given',
    'rollout',
    'operator',
    'text',
  ),
}

/** Resources of other projects, each with an object that has no pods now. */
const customResources = [
  { group: 'argoproj.io', kind: 'Rollout', spec: { replicas: 0, template: podOf('rollout') } },
  // Of an operator that kees does not know.
  { group: 'acid.example.com', kind: 'Postgresql', spec: { podAnnotations: declares('operator') } },
]

function podOf(name: string): object {
  return { metadata: { annotations: declares(name) }, spec: { containers: [] } }
}

const list = (group: string, ...resources: readonly string[]) => ({
  apiGroups: [group],
  resources,
  verbs: ['list'],
})
/** As docs/security.md describes them, without those on custom resources. */
const ofKubernetes = [
  list('', 'pods', 'podtemplates', 'replicationcontrollers', 'configmaps'),
  list('apps', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'),
  list('batch', 'jobs', 'cronjobs'),
]

const pluralOf = (kind: string) => `${kind.toLowerCase()}s`

function definitionOf({ group, kind }: (typeof customResources)[number]): object {
  const plural = pluralOf(kind)
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
    },
  }
}

t.test('what nothing needs is listed, and nothing else', { skip }, async (t) => {
  const [cluster, moto] = await Promise.all([sharedControlPlane(t), startMoto()])
  t.teardown(() => moto.stop())
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    AWS_ENDPOINT_URL: moto.endpoint,
    KEES_STORE: 'ssm',
    KUBECONFIG: cluster.kubeconfig,
    PUT_RATE: '100',
  }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new SSMClient({ endpoint: moto.endpoint, region: 'eu-west-1', credentials })
  t.teardown(() => client.destroy())
  const put = (Name: string, Description: string) =>
    client.send(new PutParameterCommand({ Name, Value: 'fakepassword', Type: 'SecureString', Description }))
  const names = async () => [...(await storedBelow(moto.endpoint, '/')).keys()].toSorted()

  const manifest = (name: string, annotations: object) =>
    JSON.stringify(deployment('shop', name, { ...annotations }))
  // A busy machine answers too late; what exists is not created again.
  await eventually('all is created', async () => {
    const created = await runBeside('kees', ['create', '-f', '-'], { env, input: manifest('all', made) })
    return created.status === 0
  })
  t.equal((await runBeside('kees', ['put', '/shop/by-person'], { env, input: 'fakepassword' })).status, 0)
  const text = 'Made by kees: PASSWORD, 128 bits'
  await put('/other/forged', text)
  await put('/shopping/forged', text)
  await put('/shop/more-text', `${text}. Delete me`)
  await put('/shop/two-lines', `${text}\n/shop/in-manifest`)
  await put('/shop/half_private', 'Made by kees: RSA, 2048 bits, private part')
  await put('/shop/half_public', 'of somebody else')
  const before = await names()

  await createNamespace(cluster, 'shop')
  await create(cluster, 'api/v1', 'shop', 'serviceaccounts', { metadata: { name: 'default' } })
  const template = (name: string, annotations: object) => ({
    metadata: { labels: { app: name }, annotations },
    spec: { restartPolicy: 'Always', containers: [{ name: 'app', image: 'example/app:1.0' }] },
  })
  await create(
    cluster,
    'apis/apps/v1',
    'shop',
    'deployments',
    deployment('shop', 'scaled', declares('scaled'), 0),
  )
  const job = template('suspended', declares('suspended'))
  const jobTemplate = { spec: { template: { ...job, spec: { ...job.spec, restartPolicy: 'Never' } } } }
  const cronJob = {
    metadata: { name: 'suspended' },
    spec: { schedule: '0 0 * * *', suspend: true, jobTemplate },
  }
  await create(cluster, 'apis/batch/v1', 'shop', 'cronjobs', cronJob)
  await create(cluster, 'apis/apps/v1', 'shop', 'replicasets', {
    metadata: { name: 'old' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'old' } },
      template: template('old', declares('replica-set')),
    },
  })
  await create(cluster, 'apis/apps/v1', 'shop', 'controllerrevisions', {
    metadata: { name: 'old' },
    revision: 1,
    data: { spec: { template: template('old', declares('revision')) } },
  })
  for (const one of customResources) {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    t.match(await cluster.request('POST', definitions, definitionOf(one)), { status: 201 })
    const { group, kind, spec } = one
    const path = `/apis/${group}/v1alpha1/namespaces/shop/${pluralOf(kind)}`
    const object = { apiVersion: `${group}/v1alpha1`, kind, metadata: { name: 'a' }, spec }
    await eventually(
      `${kind} is served`,
      async () => (await cluster.request('POST', path, object)).status === 201,
    )
  }
  await create(cluster, 'api/v1', 'shop', 'configmaps', {
    metadata: { name: 'chart' },
    data: { 'values.yaml': `podAnnotations: ${JSON.stringify(declares('text'))}\n` },
  })
  // One part keeps both.
  await createPod(cluster, 'shop', 'pod', {
    ...declares('pod'),
    'secret.bsycorp.com/used_public': pair['secret.bsycorp.com/used_public'],
  })

  const record = (eventName: string, requestParameters: object, time: Date) => ({
    eventTime: time.toISOString(),
    eventSource: 'ssm.amazonaws.com',
    eventName,
    awsRegion: 'eu-west-1',
    requestParameters,
    recipientAccountId: '123456789012',
  })
  const later = new Date(Date.now() + 3_600_000)
  const records = [
    record('GetParameters', { names: ['/shop/elsewhere:1'], withDecryption: true }, later),
    record('DescribeParameters', {}, later),
  ]
  const folder = t.testdir({
    'given.yaml': manifest('given', declares('in-manifest', 'given')),
    'trail.json': JSON.stringify({ Records: records }),
    'early.json': JSON.stringify({ Records: [record('DescribeParameters', {}, new Date(0))] }),
  })
  const prune = (trail: string, ...more: readonly string[]) => pruneIn(env, trail, ...more)
  const pruneIn = (variables: Readonly<Record<string, string>>, trail: string, ...more: readonly string[]) =>
    runBeside(
      'kees',
      [
        'prune',
        '--prefix',
        '/shop',
        '-f',
        join(folder, 'given.yaml'),
        '--trail',
        join(folder, trail),
        ...more,
      ],
      { env: variables },
    )

  const groups = [['/shop/key_private', '/shop/key_public'], ['/shop/unused']]
  await t.test(
    'the table has the commands, which delete whole groups, for somebody with the documented rights',
    async (t) => {
      const rights = [...ofKubernetes, ...customResources.map(({ group }) => list(group, '*'))]
      const kubeconfig = await kubeconfigWith(rights, cluster, 'cleaner', folder)
      const { stdout, stderr, status } = await pruneIn({ ...env, KUBECONFIG: kubeconfig }, 'trail.json')
      t.equal(status, 0, stderr)
      const commands = stdout.split('\n').filter((line) => line.startsWith('aws '))
      t.strictSame(commands.toSorted(), [
        'aws ssm delete-parameters --region eu-west-1 --names /shop/key_private /shop/key_public',
        'aws ssm delete-parameters --region eu-west-1 --names /shop/unused',
      ])
      t.match(stdout, /^\/shop\/unused +PASSWORD +128 +20/m)
      t.strictSame(await names(), before, 'nothing is deleted')
    },
  )
  await t.test('what is younger than the last event is not listed', async (t) => {
    t.match((await prune('early.json', '--no-cluster')).stdout, /\n\nnothing to delete\n$/)
  })
  await t.test('a list that cannot be read lists nothing', async (t) => {
    const { stdout, status } = await prune('trail.json', '--context', 'other')
    t.strictSame([stdout, status], ['', 5])
  })
  await t.test('somebody who may not read custom resources learns which, and gets no list', async (t) => {
    const kubeconfig = await kubeconfigWith(ofKubernetes, cluster, 'viewer', folder)
    const { stdout, stderr, status } = await pruneIn({ ...env, KUBECONFIG: kubeconfig }, 'trail.json')
    t.strictSame([stdout, status], ['', 4], stderr)
    for (const { group, kind } of customResources)
      t.match(
        stderr,
        new RegExp(
          `/${pluralOf(kind)}: access is denied\\n.*\\n.*--skip-resource ${pluralOf(kind)}\\.${group}\\n`,
        ),
      )
  })
  await t.test('without the cluster, what only its workloads declare is listed too', async (t) => {
    const { stdout } = await prune('trail.json', '--no-cluster', '-o', 'json')
    const { unused }: { readonly unused: readonly { readonly parameters: readonly string[] }[] } =
      JSON.parse(stdout)
    const listed = unused.flatMap(({ parameters }) => parameters)
    for (const name of ['/shop/scaled', ...groups.flat()]) t.ok(listed.includes(name), name)
  })
  await t.test('after the commands were run, nothing is left to delete', async (t) => {
    for (const parameters of groups) {
      const { DeletedParameters } = await client.send(new DeleteParametersCommand({ Names: parameters }))
      t.strictSame(DeletedParameters?.toSorted(), parameters)
    }
    t.match((await prune('trail.json')).stdout, /\n\nnothing to delete\n$/)
  })
})

t.test('the command line', async (t) => {
  const folder = t.testdir({
    'a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n',
    'trail.json': '{"Events":[],"NextToken":"x"}',
  })
  const args = ['-f', join(folder, 'a.yaml')]
  const none = run('kees', ['prune', ...args], { env: { KEES_STORE: `file:${folder}` } })
  t.equal(none.status, 2)
  for (const line of [/flag --prefix is missing/, /flag --trail is missing/, /a file: store/])
    t.match(none.stderr, line)
  const empty = run('kees', ['prune', ...args, '--prefix', '/a/../b', '--trail', join(folder, 'trail.json')])
  t.equal(empty.status, 2)
  t.match(empty.stderr, /flag --prefix "\/a\/\.\.\/b"/)
  t.match(empty.stderr, /trail\.json is incomplete: it has NextToken/)
})

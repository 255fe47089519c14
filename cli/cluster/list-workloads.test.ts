import t from 'tap'
import { mapOf } from '../../api/json.ts'
import { fakeIo } from '../fake-io.ts'
import type { KubectlOutput } from '../flags/command.ts'
import { listWorkloads } from './list-workloads.ts'
import { openCluster } from './read-cluster.ts'

/** What `kubectl get --raw` prints for each path, without its query; any other list is empty. */
type Answers = Readonly<Record<string, unknown>>

const denied = { stderr: 'Error from server (Forbidden): rollouts is forbidden: User "dev" cannot list it\n' }
const unavailable = {
  stderr: 'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
}

const groups = (...names: readonly (readonly [name: string, ...versions: readonly string[]])[]) => ({
  kind: 'APIGroupList',
  groups: names.map(([name, ...versions]) => ({
    name,
    versions: versions.toReversed().map((version) => ({ groupVersion: `${name}/${version}` })),
    preferredVersion: { groupVersion: `${name}/${versions[0]}` },
  })),
})
const resources = (...names: readonly string[]) => ({
  kind: 'APIResourceList',
  resources: [
    ...names.map((name) => ({ name, verbs: ['get', 'list'] })),
    { name: `${names[0]}/status`, verbs: ['get', 'patch'] },
    { name: 'reviews', verbs: ['create'] },
  ],
})
const list = (...names: readonly string[]) => ({
  kind: 'List',
  metadata: {},
  items: names.map((name) => ({ metadata: { name } })),
})

async function listed(answers: Answers, skipped: readonly string[] = []) {
  const asked: string[] = []
  const kubectl = async (args: readonly string[]): Promise<KubectlOutput> => {
    const [verb, raw, path = ''] = args
    asked.push(`${verb} ${raw} ${path}`)
    const answer = answers[path] ?? answers[path.replace(/\?.*/, '')] ?? list()
    const { stderr } = mapOf(answer)
    if (typeof stderr === 'string') return { status: 1, stdout: '', stderr }
    return { status: 0, stdout: typeof answer === 'string' ? answer : JSON.stringify(answer), stderr: '' }
  }
  const names: string[] = []
  const cluster = openCluster(fakeIo('', {}, undefined, kubectl), undefined)
  const found = await listWorkloads(cluster, new Set(skipped), (object) => {
    names.push(String(mapOf(mapOf(object)['metadata'])['name']))
  })
  return { ...found, names: names.toSorted(), asked }
}

const rollouts: Answers = {
  '/apis': groups(['apps', 'v1'], ['argoproj.io', 'v1alpha1'], ['kafka.strimzi.io', 'v1', 'v1beta2']),
  '/apis/argoproj.io/v1alpha1': resources('rollouts', 'applications'),
  '/apis/kafka.strimzi.io/v1': resources('kafkas'),
  '/apis/kafka.strimzi.io/v1beta2': resources('kafkas', 'kafkatopics'),
  '/api/v1/pods': list('pod'),
  '/apis/batch/v1/cronjobs': list('suspended'),
  '/apis/argoproj.io/v1alpha1/rollouts': list('scaled-to-zero'),
  '/apis/kafka.strimzi.io/v1/kafkas': list('kafka'),
  '/apis/kafka.strimzi.io/v1beta2/kafkas': list('the same kafka'),
  '/apis/kafka.strimzi.io/v1beta2/kafkatopics': list('topic'),
}

t.test('the objects of all resources are read once, custom resources of any group too', async (t) => {
  const { names, failures, skipped, asked } = await listed(rollouts)
  t.strictSame(names, ['kafka', 'pod', 'scaled-to-zero', 'suspended', 'topic'])
  t.strictSame([failures, skipped], [[], []])
  for (const one of asked) t.match(one, /^get --raw \/api/)
  t.notOk(asked.some((one) => /\/(status|reviews)/.test(one)))
})

t.test('long lists are read page by page', async (t) => {
  const page = (name: string, next: string) => ({ ...list(name), metadata: { continue: next } })
  const { names } = await listed({
    '/apis': groups(),
    '/api/v1/pods?limit=250': page('first', 'a/+='),
    '/api/v1/pods?limit=250&continue=a%2F%2B%3D': page('second', 'b'),
    '/api/v1/pods?limit=250&continue=b': list('third'),
  })
  t.strictSame(names, ['first', 'second', 'third'])
})

t.test('everything that cannot be read is named', async (t) => {
  const { failures } = await listed({
    ...rollouts,
    '/api/v1/configmaps': denied,
    '/apis/argoproj.io/v1alpha1/rollouts': denied,
    '/apis/kafka.strimzi.io/v1': unavailable,
  })
  t.match(
    failures.map(({ name, failure }) => [name, failure.code, failure.message]),
    [
      [
        'kafka.strimzi.io',
        'UNREACHABLE',
        'kubectl get /apis/kafka.strimzi.io/v1: the API server did not answer',
      ],
      ['configmaps', 'ACCESS_DENIED', 'kubectl get /api/v1/configmaps: access is denied'],
      ['rollouts.argoproj.io', 'ACCESS_DENIED', /rollouts: access is denied/],
    ],
  )
})

t.test('an answer without a list is not an empty list', async (t) => {
  for (const answer of [{}, { items: {} }, { items: null }, [], 'null', '<html>']) {
    const { failures } = await listed({ ...rollouts, '/apis/apps/v1/deployments': answer })
    t.match(failures, [{ name: 'deployments.apps', failure: { code: 'BAD_ANSWER' } }], JSON.stringify(answer))
    await t.rejects(listed({ '/apis': answer }), { cause: { code: 'BAD_ANSWER' } })
  }
  const { failures } = await listed({
    ...rollouts,
    '/apis/apps/v1/deployments': { kind: 'DeploymentList', items: null },
  })
  t.strictSame(failures, [])
})

t.test('what is left out by its name, or that of its group', async (t) => {
  const { names, skipped, failures } = await listed(
    { ...rollouts, '/apis/kafka.strimzi.io/v1': unavailable, '/api/v1/configmaps': denied },
    ['kafka.strimzi.io', 'configmaps', 'applications.argoproj.io', 'not-there'],
  )
  t.strictSame(names, ['pod', 'scaled-to-zero', 'suspended'])
  t.strictSame(skipped.toSorted(), ['applications.argoproj.io', 'configmaps', 'kafka.strimzi.io'])
  t.strictSame(failures, [])
})

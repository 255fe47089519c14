/** kees prune with a fake cluster and an SSM that answers DescribeParameters page by page; test/manifests/prune.test.ts has real ones. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { mapOf } from '../../api/json.ts'
import { fakeIo } from '../fake-io.ts'
import type { KubectlOutput } from '../flags/command.ts'
import { kees } from '../kees.ts'

t.before(() => {
  const before = { ...process.env }
  t.teardown(() => (process.env = before))
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'fakesecret' })
})

const made = 'Made by kees: PASSWORD, 128 bits'
const parameter = (Name: string, Description = made) => ({
  Name,
  Description,
  Version: 1,
  LastModifiedDate: 1_700_000_000,
})
type Page = readonly ReturnType<typeof parameter>[]
type Answer = readonly [status: number, body: object]

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const caller =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>'

/** @param faults the answers before the pages. */
async function startSsm(t: Test, pages: readonly Page[], faults: readonly Answer[] = []) {
  const left = [...faults]
  const asked: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (body.includes('GetCallerIdentity')) {
        response.end(caller)
        return
      }
      asked.push(String(request.headers['x-amz-target']))
      const page = Number(mapOf(JSON.parse(body))['NextToken'] ?? 0)
      const next = page + 1 < pages.length ? { NextToken: String(page + 1) } : {}
      const [status, answer] = left.shift() ?? [200, { Parameters: pages[page], ...next }]
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { asked, env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } }
}

const list = (...items: readonly object[]) => ({ kind: 'List', metadata: {}, items })
const declares = (name: string) => ({
  spec: {
    template: {
      metadata: { annotations: { [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=PASSWORD,size=128' } },
    },
  },
})
const others = {
  '/apis': {
    groups: [{ name: 'kafka.strimzi.io', preferredVersion: { groupVersion: 'kafka.strimzi.io/v1' } }],
  },
  '/apis/kafka.strimzi.io/v1': { resources: [{ name: 'kafkas', verbs: ['list'] }] },
}
const denied = 'Error from server (Forbidden): kafkas is forbidden\n'

/** Clusters by the names of contexts, each by path; a text is an error. */
type Clusters = Readonly<Record<string, Readonly<Record<string, object | string>>>>

async function prune(
  t: Test,
  env: Readonly<Record<string, string>>,
  clusters: Clusters,
  ...args: readonly string[]
) {
  const kubectl = async (given: readonly string[]): Promise<KubectlOutput> => {
    const context = given.find((one) => one.startsWith('--context='))?.slice(10) ?? ''
    const path = String(given[2]).replace(/\?.*/, '')
    const answer = clusters[context]?.[path] ?? (path === '/apis' ? { groups: [] } : list())
    return typeof answer === 'string'
      ? { status: 1, stdout: '', stderr: answer }
      : { status: 0, stdout: JSON.stringify(answer), stderr: '' }
  }
  return await pruneWith(t, env, [event()], kubectl, ...args)
}

const event = (more: object = {}) => ({
  eventSource: 'ssm.amazonaws.com',
  eventName: 'DescribeParameters',
  eventTime: '2026-01-01T00:00:00Z',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  ...more,
})

async function pruneWith(
  t: Test,
  env: Readonly<Record<string, string>>,
  Records: readonly object[],
  kubectl: Parameters<typeof fakeIo>[3],
  ...args: readonly string[]
) {
  const folder = t.testdir({ 'trail.json': JSON.stringify({ Records }) })
  const manifest = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n'
  const io = fakeIo(manifest, env, undefined, kubectl)
  const all = ['prune', '--prefix', '/', '-f', '-', '--trail', join(folder, 'trail.json'), ...args]
  const exit = await kees(all, io)
  return { exit, printed: io.printed(), said: io.said() }
}

const commandOf = (...names: readonly string[]) =>
  names.map((name) => `aws ssm delete-parameters --region eu-west-1 --names ${name}\n`).join('')

t.test('all pages of parameters, and all clusters', async (t) => {
  const pages = [[parameter('/a'), parameter('/b')], [parameter('/c')], [parameter('/d')]]
  const { env, asked } = await startSsm(t, pages)
  const clusters = {
    one: { '/apis/apps/v1/deployments': list(declares('a')) },
    two: { ...others, '/apis/kafka.strimzi.io/v1/kafkas': list(declares('c')) },
  }
  const both = await prune(t, env, clusters, '--context', 'one', '--context', 'two')
  t.equal(both.exit, 0, both.said)
  t.ok(both.printed.endsWith(commandOf('/b', '/d')), both.printed)
  t.strictSame([...new Set(asked)], ['AmazonSSM.DescribeParameters'])
  const one = await prune(t, env, clusters, '--context', 'one')
  t.ok(one.printed.endsWith(commandOf('/b', '/c', '/d')), one.printed)
})

t.test('nothing is listed if one list of one cluster cannot be read; each is named', async (t) => {
  const { env } = await startSsm(t, [[parameter('/a')]])
  const clusters = {
    one: { ...others, '/apis/kafka.strimzi.io/v1/kafkas': denied, '/api/v1/configmaps': denied },
    two: {},
  }
  const { exit, printed, said } = await prune(t, env, clusters, '--context', 'one', '--context', 'two')
  t.strictSame([exit, printed], [4, ''])
  for (const [path, name] of [
    ['/api/v1/configmaps', 'configmaps'],
    ['/apis/kafka.strimzi.io/v1/kafkas', 'kafkas.kafka.strimzi.io'],
  ])
    t.match(
      said,
      `error: kubectl get ${path}: access is denied\n  Error from server (Forbidden): kafkas is forbidden\n  hint: ask for the right to list them, or leave them out, if they declare nothing: --skip-resource ${name}\n`,
    )
  const left = [
    '--skip-resource',
    'kafka.strimzi.io',
    '--skip-resource',
    'configmaps',
    '--skip-resource',
    'pod',
  ]
  const without = await prune(t, env, clusters, '--context', 'one', ...left)
  t.equal(without.exit, 0)
  t.ok(without.printed.endsWith(commandOf('/a')))
  t.match(without.said, 'warning: kafka.strimzi.io are not read: what only they declare is listed\n')
  t.match(without.said, 'warning: configmaps are not read: what only they declare is listed\n')
  t.match(without.said, 'warning: flag --skip-resource: no cluster has "pod"\n')
})

t.test('an API server that does not answer lists nothing', async (t) => {
  const { env } = await startSsm(t, [[parameter('/a')]])
  const { exit, printed, said } = await prune(t, env, {
    '': { '/apis': 'Unable to connect to the server\n' },
  })
  t.strictSame([exit, printed], [5, ''])
  t.match(said, /kubectl get \/apis: the API server did not answer/)
})

t.test('a throttled SSM is asked again, and one that denies is named', async (t) => {
  const throttled: Answer = [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }]
  const patient = await startSsm(t, [[parameter('/a')]], [throttled, throttled])
  const found = await prune(t, patient.env, {})
  t.strictSame([found.exit, patient.asked.length], [0, 3], found.said)
  const refused = await startSsm(
    t,
    [],
    [[400, { __type: 'AccessDeniedException', message: 'not authorized' }]],
  )
  const { exit, printed, said } = await prune(t, refused.env, {})
  t.strictSame([exit, printed], [4, ''])
  t.match(said, /DescribeParameters/)
})

t.test('a hostile name or Description reaches neither the list nor the commands', async (t) => {
  const hostile = [
    parameter('/x; rm -rf /'),
    parameter('/x$(id)'),
    parameter('/x\n/b'),
    parameter('/more', `${made}\n/b`),
    parameter('/more2', `${made} --names /b`),
    parameter('/k_private', 'Made by kees: RSA, 2048 bits, public part'),
  ]
  const { env } = await startSsm(t, [[...hostile, parameter('/b')]])
  const { printed } = await prune(t, env, { '': { '/apis/apps/v1/replicasets': list(declares('b')) } })
  t.ok(printed.endsWith('\n\nnothing to delete\n'), printed)
})

const read = (name: string, more: object = {}) =>
  event({ eventName: 'GetParameter', requestParameters: { name }, ...more })
const january = { eventTime: '2025-01-01T00:00:00Z' }

t.test('docs/operations.md shows what it prints', async (t) => {
  const { env } = await startSsm(t, [
    [
      parameter('/shop/old.password'),
      parameter('/shop/old.key_private', 'Made by kees: RSA, 2048 bits, private part'),
      parameter('/shop/old.key_public', 'Made by kees: RSA, 2048 bits, public part'),
      parameter('/shop/db.password'),
    ],
  ])
  const records = [event({ eventTime: '2025-10-03T08:00:00Z' }), read('/shop/db.password'), event()]
  const empty = async () => ({ status: 0, stdout: JSON.stringify({ ...list(), groups: [] }), stderr: '' })
  const clusters = ['--context', 'prod-a', '--context', 'prod-b']
  const { exit, printed, said } = await pruneWith(t, env, records, empty, ...clusters)
  t.strictSame([exit, said], [0, ''])
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  t.equal(/^```text\n(# trail: [^]*?)^```$/m.exec(page)?.[1], printed)
})

t.test('the output shows what the trail covers, and which clusters were read', async (t) => {
  const { env } = await startSsm(t, [[parameter('/a'), parameter('/b')]])
  const records = [
    read('/a', january),
    event(),
    // Of others: these do not extend the period.
    event({ awsRegion: 'us-east-1', eventTime: '2026-05-01T00:00:00Z' }),
  ]
  const empty = async () => ({ status: 0, stdout: JSON.stringify({ ...list(), groups: [] }), stderr: '' })
  const table = await pruneWith(t, env, records, empty, '--context', 'one', '--context', 'two words')
  t.equal(table.exit, 0, table.said)
  t.match(
    table.printed,
    '# trail: 2025-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z, account 111122223333, region eu-west-1, 2 events, 1 of them reads\n# clusters: one, "two words"\n\n',
  )
  t.equal(table.said, '')
  const json = await pruneWith(t, env, records, empty, '--no-cluster', '-o', 'json')
  t.strictSame(JSON.parse(json.printed), {
    trail: {
      account: '111122223333',
      region: 'eu-west-1',
      from: '2025-01-01T00:00:00.000Z',
      to: '2026-01-01T00:00:00.000Z',
      events: 2,
      reads: 1,
      unnamed: 0,
    },
    contexts: [],
    unused: [
      {
        parameters: ['/b'],
        type: 'PASSWORD',
        size: 128,
        created: '2023-11-14T22:13:20.000Z',
        command: 'aws ssm delete-parameters --region eu-west-1 --names /b',
      },
    ],
  })
})

t.test('what was created after the last event of the account and region is not listed', async (t) => {
  const { env } = await startSsm(t, [[parameter('/a')]])
  const records = [
    event({ eventTime: '2020-01-01T00:00:00Z' }),
    event({ recipientAccountId: '999999999999' }),
    event({ awsRegion: 'us-east-1' }),
  ]
  const { printed } = await pruneWith(t, env, records, undefined, '--no-cluster')
  t.ok(printed.endsWith('nothing to delete\n'), printed)
})

t.test('a trail that shows nothing of the parameters lists nothing', async (t) => {
  const { env, asked } = await startSsm(t, [[parameter('/a')]])
  const of = (records: readonly object[]) => pruneWith(t, env, records, undefined, '--no-cluster')
  const other = await of([event({ awsRegion: 'us-east-1' }), event({ recipientAccountId: '999999999999' })])
  t.strictSame([other.exit, other.printed], [2, ''])
  t.match(
    other.said,
    'error: no event of --trail is of account 111122223333 and region eu-west-1: they are of 111122223333 us-east-1, 999999999999 eu-west-1\n',
  )
  const none = await of([])
  t.strictSame([none.exit, none.printed], [2, ''])
  t.match(none.said, /region eu-west-1: there are none\n/)
  const unreadable = await of([event(), read('/a', { eventTime: undefined })])
  t.strictSame([unreadable.exit, unreadable.printed], [2, ''])
  t.match(unreadable.said, /event 2 of Records has no eventTime\n/)
  t.strictSame(asked, [])
})

t.test('a trail without reads, or with reads that name nothing, is a warning', async (t) => {
  const { env } = await startSsm(t, [[parameter('/a')]])
  const failed = read('', { requestParameters: null, errorCode: 'ThrottlingException' })
  const { exit, said } = await pruneWith(t, env, [event(), failed], undefined, '--no-cluster')
  t.equal(exit, 0)
  t.match(said, 'warning: no event of --trail reads a parameter of account 111122223333 and region eu-west-1')
  t.match(said, 'warning: 1 failed reads of the trail do not name what they ask for')
})

t.test(
  'the pod templates of Kubernetes are read exactly, custom resources by the ends of names',
  async (t) => {
    const annotations = (name: string) => ({
      metadata: {
        annotations: {
          'init.bsycorp.com/storage-prefix': '/shop',
          [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=PASSWORD,size=128',
        },
      },
    })
    const lists: Readonly<Record<string, object>> = {
      '/api/v1/pods': annotations('a'),
      '/apis/apps/v1/statefulsets': { spec: { template: annotations('b') } },
      '/apis/apps/v1/controllerrevisions': { data: { spec: { template: annotations('c') } } },
      '/apis/batch/v1/cronjobs': { spec: { jobTemplate: { spec: { template: annotations('d') } } } },
      '/apis/kafka.strimzi.io/v1/kafkas': { spec: { template: annotations('e') } },
    }
    const names = Object.keys(lists).map((_, index) => 'abcde'.charAt(index))
    const { env } = await startSsm(t, [
      names.flatMap((one) => [parameter(`/shop/${one}`), parameter(`/x/${one}`)]),
    ])
    const cluster = Object.fromEntries(Object.entries(lists).map(([path, object]) => [path, list(object)]))
    const { printed, said } = await prune(t, env, { '': { ...others, ...cluster } })
    t.ok(printed.endsWith(`\n\n${commandOf('/x/a', '/x/b', '/x/c', '/x/d')}`), printed)
    t.match(said, 'warning: 1 names count as used below every prefix')
  },
)

t.test('a declaration whose name may become any lists nothing, and is named', async (t) => {
  const { env } = await startSsm(t, [[parameter('/a')]])
  const chart = { data: { 'pod.yaml': 'secret.bsycorp.com/{{ .name }}: {{ .value }}' } }
  const { exit, printed, said } = await prune(t, env, { '': { '/api/v1/configmaps': list(chart) } })
  t.equal(exit, 0)
  t.ok(printed.endsWith('nothing to delete\n'), printed)
  t.match(said, 'may name any parameter, because its name is a template: "{{ .name }}"')
})

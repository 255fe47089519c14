/**
 * The metrics of docs/operations.md, from the built creator and the built refresh sidecar: each changes by the cause that the
 * page names. A metric without a cause here fails the test.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import type { Fault } from '../../runtime/fake-ssm/faults.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import type { Annotations } from '../creator/cluster-workloads.ts'
import { eventually } from '../programs/eventually.ts'
import { dist, root } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { untapped } from '../programs/untapped.ts'
import { freePorts } from '../servers/free-ports.ts'
import { startObservedCreator } from './observed-creator.ts'

t.setTimeout(600_000)

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const rowsOf = (begin: string) =>
  [...page.matchAll(/^\| `(\w+)` \|/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name.startsWith(begin))
    .toSorted()

type Cause = {
  /** With its labels. */
  readonly series: string
  readonly cause: () => unknown
  readonly changes: (before: number, after: number) => boolean
}
const rises = (before: number, after: number) => after > before
/** The value of a series; 0 while there is none. */
const valueOf = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )

async function observe(prefix: string, causes: readonly Cause[], text: () => Promise<string>) {
  for (const { series, cause, changes } of causes) {
    const before = valueOf(await text(), prefix + series)
    await cause()
    await eventually(`${prefix}${series} changes from ${before}`, async () =>
      changes(before, valueOf(await text(), prefix + series)),
    )
  }
}
const metricsOf = (prefix: string, causes: readonly Cause[]) => [
  ...new Set(
    causes.map(({ series }) => prefix + series.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, '')),
  ),
]

const passwords = (count: number, name = 'a') =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `secret.bsycorp.com/${name}${index}`,
      'kind=DYNAMIC,type=PASSWORD,size=128',
    ]),
  )
const rsa = { 'secret.bsycorp.com/pair_private': 'kind=DYNAMIC,type=RSA,size=2048' }
const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: [budget], prefixes: ["/{namespace}"], maxClaims: 4}
    - {namespaces: [few], prefixes: ["/{namespace}"], maxEvents: 1}
    - {namespaces: ["*"], prefixes: ["/{namespace}"]}
`

t.test('every metric of the creator', { skip: command('openssl').missing ?? false }, async (t) => {
  const { creator, front, create, replica, stop } = await startObservedCreator(t.testdir({}), policy, {
    denied: ({ name }) => name.startsWith('/denied/'),
  })
  t.teardown(stop)
  let observed = creator
  let pods = 0
  const pod = async (namespace: string, declared: Annotations = passwords(1)) =>
    create(namespace, `pod-${pods++}`, declared)
  const creating = async () => pod(`app-${pods}`)
  const invalid = async (namespace: string) => {
    // Each pod has its own message: the same one would be recorded once.
    const declared = () => ({ [`secret.bsycorp.com/s${pods}`]: 'kind=DYNAMIC,type=PASSWORD,size=7' })
    await Promise.all(Array.from({ length: 40 }, async () => pod(namespace, declared())))
  }
  const causes: readonly Cause[] = [
    { series: 'pods', cause: creating, changes: rises },
    { series: 'known_parameters', cause: creating, changes: rises },
    { series: 'creation_latency_seconds_count', cause: creating, changes: rises },
    { series: 'created_total{type="PASSWORD"}', cause: creating, changes: rises },
    { series: 'store_calls_total{operation="create"}', cause: creating, changes: rises },
    { series: 'heap_bytes{kind="used"}', cause: creating, changes: (before, after) => before !== after },
    {
      series: 'store_errors_total{operation="exists",code="ACCESS_DENIED"}',
      cause: async () => pod('denied'),
      changes: rises,
    },
    {
      series: 'refusals_total{reason="AccessDenied"}',
      cause: async () => pod('denied', rsa),
      changes: rises,
    },
    {
      series: 'budget_used_ratio{budget="maxClaims"}',
      cause: async () => pod('budget', passwords(4)),
      changes: (_, after) => after === 1,
    },
    {
      series: 'budget_refusals_total{budget="maxClaims"}',
      cause: async () => pod('budget', rsa),
      changes: rises,
    },
    { series: 'events_total{outcome="sent"}', cause: creating, changes: rises },
    { series: 'events_waiting', cause: async () => invalid('burst'), changes: rises },
    { series: 'events_total{outcome="dropped"}', cause: async () => invalid('few'), changes: rises },
    {
      // It ends the connections.
      series: 'watch_restarts_total{cause="failed"}',
      cause: () => front.set('no Events'),
      changes: rises,
    },
    { series: 'events_total{outcome="refused"}', cause: creating, changes: rises },
    {
      series: 'watch_restarts_total{cause="ended"}',
      cause: async () => {
        front.set('one frame')
        await creating()
      },
      changes: rises,
    },
    { series: 'watch_restarts_total{cause="expired"}', cause: () => front.set('expired'), changes: rises },
    {
      series: 'list_errors_total{code="ACCESS_DENIED"}',
      cause: () => front.set('no lists'),
      changes: rises,
    },
    {
      series: 'lease_errors_total{code="ACCESS_DENIED"}',
      cause: () => front.set('no Leases'),
      changes: rises,
    },
    {
      // More groups of one namespace than are worked on at a time, while the rate of PutParameter holds them back.
      series: 'queue_depth',
      cause: async () => {
        front.set('pass')
        await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => pod('large', passwords(50, name))))
      },
      changes: rises,
    },
    {
      series: 'leading',
      cause: async () => {
        observed = await replica('creator-2')
        t.equal(valueOf((await observed.get('/metrics')).text, 'kees_creator_leading'), 0)
        creator.signal('SIGTERM')
      },
      changes: (_, after) => after === 1,
    },
  ]
  await observe('kees_creator_', causes, async () => (await observed.get('/metrics')).text)
  t.strictSame(metricsOf('kees_creator_', causes).toSorted(), rowsOf('kees_creator_'))
})

t.test('every metric of the refresh sidecar', async (t) => {
  let fault: Fault | undefined
  let value = 1
  const ssm = await startFakeSsm({ fault: () => fault })
  const store = () => ssm.put('/a', `fakepassword${value++}`)
  store()
  const folder = t.testdir({
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
    secret: {},
  })
  const [port] = await freePorts(1)
  const [program, args] = untapped(join(dist, 'init'), ['--refresh', '1s'])
  const env = {
    PATH: process.env['PATH'],
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'secret/secret'),
    LISTEN: `127.0.0.1:${port}`,
    NOTIFY_URL: 'http://127.0.0.1:1/',
    DEADLINE: '2s',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
  }
  const child = spawn(program, args, { env, stdio: 'ignore' })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ssm.stop()
  })
  const text = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  await eventually('it serves metrics', async () =>
    text().then(
      () => true,
      () => false,
    ),
  )
  const causes: readonly Cause[] = [
    { series: 'refreshes_total{result="unchanged"}', cause: () => undefined, changes: rises },
    { series: 'refreshes_total{result="changed"}', cause: store, changes: rises },
    { series: 'last_change_timestamp_seconds', cause: store, changes: rises },
    { series: 'notifications_total{result="failed"}', cause: store, changes: rises },
    { series: 'last_refresh_timestamp_seconds', cause: () => undefined, changes: rises },
    {
      series: 'refresh_failing',
      cause: () => (fault = { kind: 'reset' }),
      changes: (before, after) => before === 0 && after === 1,
    },
    { series: 'refreshes_total{result="failed"}', cause: () => undefined, changes: rises },
  ]
  await observe('kees_init_', causes, text)
  t.match(await text(), /^kees_init_info\{version="[^"]+"\} 1$/m, 'the one that never changes')
  t.strictSame(['kees_init_info', ...metricsOf('kees_init_', causes)].toSorted(), rowsOf('kees_init_'))
})

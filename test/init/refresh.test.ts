/** An init that stays: a process beside the app, a store whose values change, an app that wants to know. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { eventually } from '../programs/eventually.ts'
import { freePorts } from '../servers/free-ports.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { dist, run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { untapped } from '../programs/untapped.ts'

t.setTimeout(900_000)

const annotations = [
  ['secret.bsycorp.com/db.password', 'kind=REFERENCE,type=PASSWORD'],
  ['resource.bsycorp.com/db.host', 'storageKey=shared/db-host'],
] as const

/** A pod with its volumes in a folder of the test's own, and an app that counts its notifications. */
async function makePod(
  t: Test,
  endpoint: string,
  declared: readonly (readonly [string, string])[] = annotations,
  more: Readonly<Record<string, string>> = {},
) {
  const folder = t.testdir({ annotations: formatAnnotationsFile(declared), secret: {} })
  const path = (name: string) => join(folder, name)
  const calls: string[] = []
  const app = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} with ${readFileSync(path('secret/secret'), 'utf8').trim()}`)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  t.teardown(() => app.close())
  const address = app.address()
  const [port] = await freePorts(1)
  const env = {
    ANNOTATIONS_FILE: path('annotations'),
    SECRETS_FILE: path('secret/secret'),
    RESOURCES_FILE: path('secret/resource'),
    REFERENCE_WAIT: '0s',
    DENIED_WAIT: '0s',
    DEADLINE: '30s',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    KEES_STORE: 'ssm',
    LISTEN: `127.0.0.1:${port}`,
    NOTIFY_FILE: path('secret/changed'),
    NOTIFY_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/-/reload`,
    ...more,
  }
  const declare = (all: readonly (readonly [string, string])[]) =>
    writeFileSync(path('annotations'), formatAnnotationsFile(all))
  const init = async (...args: string[]) => (await runBeside('init', args, { env })).status
  const stay = (every: string) => {
    const program = untapped(join(dist, 'init'), ['--refresh', every])
    const child = spawn(...program, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
    t.teardown(() => child.kill('SIGKILL'))
    const said: string[] = []
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
    return { child, said: () => said.join('') }
  }
  const metrics = async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const secret = () => (existsSync(path('secret/secret')) ? readFileSync(path('secret/secret'), 'utf8') : '')
  return { env, path, declare, init, stay, metrics, secret, calls }
}

const isServed = (metrics: () => Promise<string>) => () =>
  metrics().then(
    () => true,
    () => false,
  )

/** As the kubelet ends a sidecar: it must not have to wait, and what ends a Job must not look like a failure. */
async function end(t: Test, child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  t.strictSame(await ended, [0, null], 'SIGTERM is exit code 0')
}

t.test(
  'a changed parameter becomes a changed file, and the app is notified; in SSM',
  { skip: motoMissing },
  async (t) => {
    const moto = await startMoto()
    t.teardown(() => moto.stop())
    const { env, path, init, stay, metrics, secret, calls } = await makePod(t, moto.endpoint)
    const put = (name: string, value: string) =>
      t.equal(run('kees', ['put', name, '--overwrite'], { env, input: value }).status, 0)
    put('db.password', 'fakepassword1')
    put('shared/db-host', 'db1.example')

    t.equal(await init('--check'), 6, 'before, the startup probe fails')
    const { child, said } = stay('1s')
    await eventually('the files are there', async () => (await init('--check')) === 0)
    t.equal(secret(), 'db.password=fakepassword1\n')
    await eventually('metrics are served', isServed(metrics))
    await eventually('it was refreshed', async () => /result="unchanged"} [1-9]/.test(await metrics()))
    t.strictSame(calls, [], 'the app is not notified of the first files')

    put('db.password', 'fakepassword2')
    await eventually('the app is notified', () => calls.length > 0)
    t.strictSame(calls, ['POST /-/reload with db.password=fakepassword2'], 'it reads the new value then')
    t.ok(existsSync(path('secret/changed')))
    t.equal(readFileSync(path('secret/resource'), 'utf8'), 'db.host=db1.example\n', 'the rest is as it was')

    put('shared/db-host', 'db2.example')
    await eventually('the app is notified again', () => calls.length > 1)
    t.equal(readFileSync(path('secret/resource'), 'utf8'), 'db.host=db2.example\n')
    t.match(await metrics(), 'kees_init_refreshes_total{result="changed"} 2\n')
    // The app has got the call before init has got the answer.
    const isDone = async () => (await metrics()).includes('kees_init_notifications_total{result="done"} 2\n')
    await eventually('both notifications are counted', isDone)
    await end(t, child)
    t.notMatch(said() + readFileSync(path('secret/changed'), 'utf8'), /fakepassword/, 'no value is shown')
  },
)

t.test(
  'during any failure the old files are kept and the metrics show it; afterwards the sidecar recovers',
  async (t) => {
    let fault: { kind: 'error'; status: number; type: string } | { kind: 'reset' } | undefined
    const denied = new Set<string>()
    const server = await startFakeSsm({ fault: () => fault, denied: ({ name }) => denied.has(name) })
    t.teardown(() => server.stop())
    server.put('/db.password', 'fakepassword1')
    server.put('/shared/db-host', 'db1.example')
    const { stay, metrics, secret, init } = await makePod(t, server.endpoint)
    t.equal(await init(), 0)
    const asked = server.calls.length
    const { child, said } = stay('1s')
    await eventually('metrics are served', isServed(metrics))

    const troubles: readonly (readonly [title: string, begin: () => void, over: () => void])[] = [
      [
        'an error of the store',
        () => (fault = { kind: 'error', status: 500, type: 'InternalServerError' }),
        () => (fault = undefined),
      ],
      ['a connection that is reset', () => (fault = { kind: 'reset' }), () => (fault = undefined)],
      ['a denied name', () => denied.add('/db.password'), () => denied.clear()],
    ]
    for (const [index, [title, begin, over]] of troubles.entries()) {
      const before = secret()
      begin()
      server.put('/db.password', `fakepassword-${index}`)
      await eventually(`${title} shows`, async () => /^kees_init_refresh_failing 1$/m.test(await metrics()))
      t.equal(secret(), before, `${title} leaves the old set`)
      t.equal(await init('--check'), 0)
      over()
      await eventually(`${title} is over`, () => secret() === `db.password=fakepassword-${index}\n`)
      await eventually('the metrics say so', async () =>
        /^kees_init_refresh_failing 0$/m.test(await metrics()),
      )
    }
    t.ok(server.calls.length > asked)
    t.equal(child.exitCode, null, 'the process keeps running')
    t.match(
      said(),
      /the refresh failed, the files stay as they are.*access is denied to parameter \/db\.password/,
    )
    await end(t, child)
    t.notMatch(said(), /fakepassword-/)
  },
)

t.test(
  'annotations of the running pod that become invalid are reported, and the sidecar continues when they are corrected',
  async (t) => {
    const server = await startFakeSsm()
    t.teardown(() => server.stop())
    server.put('/db.password', 'fakepassword1')
    server.put('/shared/db-host', 'db1.example')
    server.put('/api.token', 'faketoken')
    const { declare, init, stay, metrics, secret, calls } = await makePod(t, server.endpoint)
    t.equal(await init(), 0)
    const token = 'secret.bsycorp.com/api.token'
    declare([...annotations, [token, 'kind=STATIC,type=PASSWORD']])

    const { child, said } = stay('1s')
    await eventually('it is reported', async () =>
      /^kees_init_refresh_failing 1$/m.test(await metrics().catch(() => '')),
    )
    t.equal(await init('--check'), 0, 'the startup probe succeeds')
    t.equal(secret(), 'db.password=fakepassword1\n')
    t.match(said(), /the refresh failed, the files stay as they are.*secret\.bsycorp\.com\/api\.token/)

    declare([...annotations, [token, 'kind=REFERENCE,type=PASSWORD']])
    await eventually('the app is notified of the new declaration', () => calls.length > 0)
    t.strictSame(calls, ['POST /-/reload with api.token=faketoken\ndb.password=fakepassword1'])
    await eventually('the refresh succeeds again', async () =>
      /^kees_init_refresh_failing 0$/m.test(await metrics()),
    )
    t.match(said(), /have changed.*"added":\["secret\.bsycorp\.com\/api\.token"\]/)

    declare([])
    await eventually('the removal of all declarations is reported', () =>
      said().includes('no longer declares anything'),
    )
    t.equal(await init('--check'), 0)
    t.match(secret(), /fakepassword1/, 'the files are kept')
    t.equal(child.exitCode, null, 'the process keeps running')
    await end(t, child)
  },
)

t.test('a store that hangs shows in the metrics long before DEADLINE', async (t) => {
  const faults: { kind: 'hang' }[] = []
  const server = await startFakeSsm({ fault: () => faults[0] })
  t.teardown(() => server.stop())
  server.put('/db.password', 'fakepassword1')
  server.put('/shared/db-host', 'db1.example')
  const patient = { DEADLINE: '1h', REQUEST_TIMEOUT: '1h' }
  const { init, stay, metrics } = await makePod(t, server.endpoint, annotations, patient)
  t.equal(await init(), 0)
  const { child } = stay('2s')
  await eventually('it was refreshed', async () =>
    /result="unchanged"} [1-9]/.test(await metrics().catch(() => '')),
  )
  faults.push({ kind: 'hang' })
  await eventually('the metrics show it', async () => /^kees_init_refresh_failing 1$/m.test(await metrics()))
  t.match(
    await metrics(),
    'kees_init_refreshes_total{result="failed"} 0\n',
    'and the request is still running',
  )
  await end(t, child)
})

t.test('if the files exist, it waits for the first interval; SIGTERM ends the wait', async (t) => {
  const server = await startFakeSsm()
  t.teardown(() => server.stop())
  server.put('/db.password', 'fakepassword1')
  server.put('/shared/db-host', 'db1.example')
  const { stay, metrics, init } = await makePod(t, server.endpoint)
  t.equal(await init(), 0)
  const asked = server.calls.length
  const { child } = stay('100h')
  await eventually('metrics are served', isServed(metrics))
  await end(t, child)
  t.equal(server.calls.length, asked)
})

t.test('SIGTERM ends it in a call that hangs, too', async (t) => {
  const server = await startFakeSsm({ fault: () => ({ kind: 'hang' }) })
  t.teardown(() => server.stop())
  const { stay } = await makePod(t, server.endpoint)
  const { child } = stay('5m')
  await eventually('it requests parameters', () => server.calls.length > 0)
  await end(t, child)
})

t.test('a first fetch that fails ends with the documented exit code', async (t) => {
  const server = await startFakeSsm()
  t.teardown(() => server.stop())
  const { stay } = await makePod(t, server.endpoint)
  const { child } = stay('5m')
  t.strictSame(await once(child, 'exit'), [3, null])
})

t.test('without declarations it keeps running, or the kubelet would restart it repeatedly', async (t) => {
  const { stay, init } = await makePod(t, 'http://127.0.0.1:1', [])
  const { child, said } = stay('5m')
  await eventually('it is logged', () => said().includes('nothing is declared'))
  t.equal(await init('--check'), 0)
  t.equal(child.exitCode, null)
  await end(t, child)
})

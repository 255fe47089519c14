/** One failure of the store, or a store that does not exist, is reported once by every command that uses it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { fakeIo } from './fake-io.ts'
import { kees } from './kees.ts'

const podOf = (count: number) => `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
${Array.from({ length: count }, (_, index) => `    secret.bsycorp.com/s${index}: "kind=DYNAMIC,type=PASSWORD,size=128"\n`).join('')}spec:
  containers: [{name: app}]
`
const source = podOf(25)
t.before(() => {
  const before = { ...process.env }
  t.teardown(() => (process.env = before))
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'fakesecret' })
})

/** A store with the environment that leads to it. */
async function startStore(t: Test, options: Parameters<typeof startFakeSsm>[0]) {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  return { server, env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: server.endpoint } }
}

const fetch = ['--workload', 'Pod/app', '--out']

t.test('a store that cannot be reached', async (t) => {
  const env = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
  const said = (operation: string) =>
    `error: ${operation}: SSM at 127.0.0.1:1 was not reached (ECONNREFUSED)\n`
  for (const command of ['create', 'status']) {
    const io = fakeIo(source, env)
    t.equal(await kees([command, '-f', '-'], io), 5)
    t.equal(
      io.said(),
      `${said('GetParameters')}  about 25 parameters: ${Array.from({ length: 10 }, (_, index) => `/s${index}`).join(', ')} and 15 more\n  connect ECONNREFUSED 127.0.0.1:1\n`,
      command,
    )
  }
  const put = fakeIo('fakepassword', env)
  t.equal(await kees(['put', '/a'], put), 5)
  t.equal(
    put.said(),
    `${said('PutParameter').replace('error: ', 'error: /a: ')}  connect ECONNREFUSED 127.0.0.1:1\n`,
  )
})

t.test('credentials that cannot be sent are named at once, and not shown', async (t) => {
  const { server, env } = await startStore(t, {})
  const wrong = { ...env, AWS_ACCESS_KEY_ID: 'AKIDWRONG\n', AWS_SECRET_ACCESS_KEY: 'fakesecret\u200b' }
  for (const args of [
    ['put', '/a'],
    ['create', '-f', '-'],
    ['status', '-f', '-', '--store', 'ssm'],
  ]) {
    const io = fakeIo(args[0] === 'put' ? 'fakepassword' : source, wrong)
    t.equal(await kees(args, io), 2)
    t.match(io.said(), /AWS_ACCESS_KEY_ID ends with a line break/)
    t.match(io.said(), /AWS_SECRET_ACCESS_KEY contains a character that is not printable ASCII/)
    t.notMatch(io.said(), /AKIDWRONG|fakesecret/)
  }
  t.strictSame(server.calls, [])
})

t.test('a parameter that was not requested is not reported as denied', async (t) => {
  const fault = { kind: 'error', status: 400, type: 'ExpiredTokenException' } as const
  const { env } = await startStore(t, { fault: () => fault })
  const io = fakeIo(source, env)
  t.equal(await kees(['status', '-f', '-', '--store', 'ssm'], io), 4)
  t.match(io.said(), /the credentials are not accepted/)
  t.match(io.printed(), /\/s0 +unknown\n/)
})

t.test('denied access', async (t) => {
  const { env } = await startStore(t, { denied: ({ action }) => action === 'ssm:GetParameters' })
  for (const args of [['create'], ['status'], ['fetch', ...fetch, join(t.testdir(), 'out')]]) {
    const io = fakeIo(source, env)
    t.equal(await kees([...args, '-f', '-'], io), 4)
    t.match(
      io.said(),
      /^error: GetParameters: access is denied \(\w+\)\n {2}about 25 parameters: \/s0, [^\n]* and 15 more\n {2}[^\n]*not authorized[^\n]*\n$/,
      args[0] ?? '',
    )
  }
})

t.test(
  'without permission to decrypt, missing parameters are created, and pairs that were not compared are reported',
  async (t) => {
    const { server, env } = await startStore(t, { denied: ({ action }) => action === 'kms:Decrypt' })
    for (const name of ['/t_consumer', '/t_provider']) server.put(name, 'fakepassword')
    const pair = podOf(2).replace('s0: ', 't_consumer: ').replace('type=PASSWORD', 'type=RANDOM')
    const io = fakeIo(pair, env)
    t.equal(await kees(['create', '-f', '-'], io), 0)
    t.match(
      io.said(),
      /^warning: pairs that exist were not compared, [^\n]*:\nwarning: GetParameters: access is denied \(\w+\)\n {2}about 2 parameters: \/t_consumer, \/t_provider\n/,
    )
    t.match(io.printed(), /\/t_provider +RANDOM +128 +exists\n[^]*\/s1 +PASSWORD +128 +created\n/)
  },
)

t.test('for commands that read, a missing folder is an error', async (t) => {
  const store = join(t.testdir(), 'nowhere')
  for (const args of [['status'], ['fetch', ...fetch, join(t.testdirName, 'out')]]) {
    const io = fakeIo(source, {})
    t.equal(await kees([...args, '-f', '-', '--store', `file:${store}`], io), 2)
    t.match(
      io.said(),
      /^error: the file store .*nowhere.* does not exist: kees create and kees put create it\n {2}about 25 parameters: \/s0, [^\n]*\n$/,
    )
    t.notMatch(io.printed(), /missing/)
    t.equal(existsSync(store), false)
  }
})

t.test('for commands that write, a missing folder is an empty store', async (t) => {
  const store = join(t.testdir(), 'new')
  const io = fakeIo(source)
  t.equal(await kees(['create', '-f', '-', '--dry-run', '--store', `file:${store}`], io), 0)
  t.equal(io.said(), '')
})

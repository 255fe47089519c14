/** One failure of the store, or a store that is not there, is said once by every command that asks it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from './fake-io.ts'
import { kees } from './kees.ts'

const source = `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
${Array.from({ length: 25 }, (_, index) => `    secret.bsycorp.com/s${index}: "kind=DYNAMIC,type=PASSWORD,size=128"\n`).join('')}spec:
  containers: [{name: app}]
`
const fetch = ['--workload', 'Pod/app', '--out']

t.test('a store that cannot be reached', async (t) => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'fakesecret' })
  const env = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
  const said = (operation: string) => `error: ${operation}: the store was not reached (ECONNREFUSED)\n`
  for (const command of ['create', 'status']) {
    const io = fakeIo(source, env)
    t.equal(await kees([command, '-f', '-'], io), 5)
    t.equal(
      io.said(),
      `${said('GetParameters')}  about 25 parameters: ${Array.from({ length: 10 }, (_, index) => `/s${index}`).join(', ')} and 15 more\n`,
      command,
    )
  }
  const put = fakeIo('fakepassword', env)
  t.equal(await kees(['put', '/a'], put), 5)
  t.equal(put.said(), said('PutParameter').replace('error: ', 'error: /a: '))
})

t.test('to who reads, a folder that is not there is a mistyped store', async (t) => {
  const store = join(t.testdir(), 'nowhere')
  for (const args of [['status'], ['fetch', ...fetch, join(t.testdirName, 'out')]]) {
    const io = fakeIo(source, {})
    t.equal(await kees([...args, '-f', '-', '--store', `file:${store}`], io), 2)
    t.match(
      io.said(),
      /^error: the file store .*nowhere.* does not exist: kees create and kees put make it\n {2}about 25 parameters: \/s0, [^\n]*\n$/,
    )
    t.notMatch(io.printed(), /missing/)
    t.equal(existsSync(store), false)
  }
})

t.test('to who writes it is an empty one', async (t) => {
  const store = join(t.testdir(), 'new')
  const io = fakeIo(source)
  t.equal(await kees(['create', '-f', '-', '--dry-run', '--store', `file:${store}`], io), 0)
  t.equal(io.said(), '')
})

/** kees status and kees fetch against stores that speak SSM's protocol, and on pods of a real API server. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { command } from '../programs/tools.ts'

const credentials = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'fakesecret',
  KEES_STORE: 'ssm',
}

function pod(declarations: Readonly<Record<string, string>>) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations: declarations },
    spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
  }
}

const reference = (more = '') => `kind=REFERENCE,type=PASSWORD${more}`

t.test('status requests ten names a call, once, without decryption, and reports denied ones', async (t) => {
  const server = await startFakeSsm({ denied: ({ name }) => name === '/denied' })
  t.teardown(() => server.stop())
  const names = Array.from({ length: 25 }, (_, index) => `key${index}`)
  for (const name of names.slice(1)) server.put(`/${name}`, 'fakepassword')
  const declared = Object.fromEntries(names.map((name) => [`secret.bsycorp.com/${name}`, reference()]))
  const env = { ...credentials, AWS_ENDPOINT_URL: server.endpoint }
  const status = (more: object = {}) =>
    runBeside('kees', ['status', '-f', '-', '-o', 'json'], {
      env,
      input: JSON.stringify(pod({ ...declared, ...more })),
    })

  const missing = await status()
  t.equal(missing.status, 3, missing.stderr)
  t.equal(server.calls.length, 3)
  t.strictSame(
    new Set(server.calls.map(({ action, withDecryption }) => `${action} ${withDecryption}`)),
    new Set(['GetParameters false']),
  )
  const found: readonly { parameter: string; status: string }[] = JSON.parse(missing.stdout)
  t.strictSame(
    found.filter((one) => one.status !== 'exists').map((one) => one.parameter),
    ['/key0'],
  )

  const denied = await status({ 'secret.bsycorp.com/denied': reference() })
  t.equal(denied.status, 4)
  t.match(denied.stderr, /^error: \/denied: /m)
  t.match(denied.stdout, /"parameter": "\/denied",\n +"status": "denied"/)
  t.match(denied.stdout, /"parameter": "\/key1",\n +"status": "exists"/, 'the others are shown')
  t.notMatch(missing.stdout + denied.stdout + missing.stderr + denied.stderr, 'fakepassword')
})

t.test('an empty AWS_REGION is none: the region of the profile counts', async (t) => {
  const server = await startFakeSsm({ region: 'eu-west-3' })
  t.teardown(() => server.stop())
  server.put('/key', 'fakepassword')
  const folder = t.testdir({ config: '[default]\nregion = eu-west-3\n' })
  const { status, stderr } = await runBeside('kees', ['status', '-f', '-'], {
    env: {
      ...credentials,
      AWS_REGION: '',
      AWS_CONFIG_FILE: join(folder, 'config'),
      AWS_ENDPOINT_URL: server.endpoint,
    },
    input: JSON.stringify(pod({ 'secret.bsycorp.com/key': reference() })),
  })
  t.equal(status, 0, stderr)
})

t.test('where the SDK signs in is named if it is not reached, and not SSM', async (t) => {
  const folder = t.testdir({ token: 'faketoken' })
  const { AWS_REGION } = credentials
  const { status, stderr } = await runBeside('kees', ['status', '-f', '-'], {
    env: {
      AWS_REGION,
      KEES_STORE: 'ssm',
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/app',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:10',
    },
    input: JSON.stringify(pod({ 'secret.bsycorp.com/key': reference() })),
  })
  t.equal(status, 5)
  t.match(stderr, 'the source of the AWS credentials at 127.0.0.1:10 was not reached (ECONNREFUSED)')
})

t.test('versions and labels are looked up as they are pinned', { skip: motoMissing }, async (t) => {
  const moto = await startMoto()
  t.teardown(() => moto.stop())
  const fake = await startFakeSsm()
  t.teardown(() => fake.stop())
  for (const endpoint of [moto.endpoint, fake.endpoint]) {
    const env = { ...credentials, AWS_ENDPOINT_URL: endpoint }
    t.equal((await runBeside('kees', ['put', '/a'], { env, input: 'fakepassword' })).status, 0)
    const declared = {
      'secret.bsycorp.com/a': reference(),
      'secret.bsycorp.com/first': reference(',storageKey=a,version=1'),
      'secret.bsycorp.com/ninth': reference(',storageKey=a,version=9'),
      'secret.bsycorp.com/blue': reference(',storageKey=a,label=blue'),
    }
    const { stdout, status, stderr } = await runBeside('kees', ['status', '-f', '-'], {
      env,
      input: JSON.stringify(pod(declared)),
    })
    t.equal(status, 3, stderr)
    for (const line of [/\/a +exists/, /\/a:1 +exists/, /\/a:9 +missing/, /\/a:blue +missing/])
      t.match(stdout, line)

    const file = join(t.testdir(), 'secret')
    const { 'secret.bsycorp.com/blue': _blue, 'secret.bsycorp.com/ninth': _ninth, ...there } = declared
    const fetched = await runBeside('kees', ['fetch', '-f', '-', '--workload', 'Pod/app', '--out', file], {
      env,
      input: JSON.stringify(pod(there)),
    })
    t.equal(fetched.status, 0, fetched.stderr)
    t.equal(readFileSync(file, 'utf8'), 'a=fakepassword\nfirst=fakepassword\n')
    t.equal(statSync(file).mode & 0o777, 0o600)
  }
})

t.test('a store that cannot be reached is exit code 5, and nothing is called missing', async (t) => {
  const env = { ...credentials, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }
  const { status, stdout, stderr } = await runBeside('kees', ['status', '-f', '-'], {
    env,
    input: JSON.stringify(pod({ 'secret.bsycorp.com/a': reference() })),
  })
  t.equal(status, 5)
  t.match(stdout, /\/a +unknown/)
  t.match(stderr, /^error: \/a: /)
})

const noKubectl = command('kubectl').missing ?? controlPlaneMissing

t.test('kubectl get pod -o yaml | kees status -f -', { skip: noKubectl }, async (t) => {
  const cluster = await sharedControlPlane(t)
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await cluster.request('POST', '/api/v1/namespaces/default/serviceaccounts', account)
  for (const [name, key] of [
    ['one', 'db.password'],
    ['two', 'api.token'],
  ] as const) {
    const body = pod({ [`secret.bsycorp.com/${key}`]: reference() })
    const created = await cluster.request('POST', '/api/v1/namespaces/default/pods', {
      ...body,
      metadata: { ...body.metadata, name },
    })
    t.equal(created.status, 201)
  }
  const pods = run('kubectl', ['--kubeconfig', cluster.kubeconfig, 'get', 'pod', '-o', 'yaml'])
  t.equal(pods.status, 0, pods.stderr)
  const env = { KEES_STORE: `file:${join(t.testdir(), 'store')}` }
  t.equal(run('kees', ['put', 'db.password'], { env, input: 'fakepassword' }).status, 0)
  const { status, stdout } = run('kees', ['status', '-f', '-'], { env, input: pods.stdout })
  t.equal(status, 3)
  t.match(
    stdout,
    /^Pod\/default\/one +secret\.bsycorp\.com\/db\.password +REFERENCE +\/db\.password +exists$/m,
  )
  t.match(stdout, /^Pod\/default\/two +secret\.bsycorp\.com\/api\.token +REFERENCE +\/api\.token +missing$/m)
})

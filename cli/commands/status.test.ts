import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const deployment = (name: string, ...annotations: readonly string[]) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  template:
    metadata:
      annotations:
${annotations.map((one) => `        ${one}\n`).join('')}    spec:
      containers: [{name: app}]
`
const source = deployment(
  'app',
  'init.bsycorp.com/storage-prefix: /shop',
  'secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"',
  'secret.bsycorp.com/token: "kind=DYNAMIC,type=PASSWORD,size=128"',
  'resource.bsycorp.com/db.host: storageKey=shared/db-host',
)

/** A store with these parameters. */
async function storeWith(t: Test, ...names: readonly string[]) {
  const store = join(t.testdir(), 'store')
  mkdirSync(store, { mode: 0o700 })
  const env = { KEES_STORE: `file:${store}` }
  for (const name of names) await kees(['put', name], fakeIo('fakepassword', env))
  return env
}

t.test('every declaration is a line, and what is missing is exit code 3', async (t) => {
  const io = fakeIo(source, await storeWith(t, '/shop/db.password', '/shop/shared/db-host'))
  t.equal(await kees(['status', '-f', '-'], io), 3)
  t.equal(
    io.printed(),
    `WORKLOAD             DECLARATION                     KIND       PARAMETER             STATUS
Deployment/shop/app  secret.bsycorp.com/db.password  REFERENCE  /shop/db.password     exists
Deployment/shop/app  secret.bsycorp.com/token        DYNAMIC    /shop/token           missing
Deployment/shop/app  resource.bsycorp.com/db.host    resource   /shop/shared/db-host  exists
`,
  )
  t.equal(io.said(), '')
})

t.test('as JSON for programs; if no parameter is missing, exit code 0', async (t) => {
  const io = fakeIo(source, await storeWith(t, '/shop/db.password', '/shop/shared/db-host', '/shop/token'))
  t.equal(await kees(['status', '-f', '-', '--output', 'json'], io), 0)
  const row = (declaration: string, kind: string, parameter: string) => ({
    workload: 'Deployment/shop/app',
    declaration,
    kind,
    parameter,
    status: 'exists',
  })
  t.strictSame(JSON.parse(io.printed()), [
    row('secret.bsycorp.com/db.password', 'REFERENCE', '/shop/db.password'),
    row('secret.bsycorp.com/token', 'DYNAMIC', '/shop/token'),
    row('resource.bsycorp.com/db.host', 'resource', '/shop/shared/db-host'),
  ])
})

t.test('an invalid declaration is reported, and does not hide the others', async (t) => {
  const wrong = deployment('wrong', 'secret.bsycorp.com/a: "kind=REFERENC,type=PASSWORD"')
  const io = fakeIo(`${source}---\n${wrong}`, await storeWith(t))
  t.equal(await kees(['status', '-f', '-'], io), 1)
  t.match(
    io.said(),
    /^\S+:\d+:\d+: error: Deployment\/shop\/wrong annotation secret\.bsycorp\.com\/a: kind "REFERENC" is not known/,
  )
  t.match(io.printed(), /token +DYNAMIC +\/shop\/token +missing/)
})

t.test('a parameter that cannot be looked up is unknown, and the others are shown', async (t) => {
  const pinned = deployment(
    'app',
    'secret.bsycorp.com/a: "kind=REFERENCE,type=PASSWORD,version=3"',
    'secret.bsycorp.com/b: "kind=REFERENCE,type=PASSWORD"',
  )
  const io = fakeIo(pinned, await storeWith(t, '/b'))
  t.equal(await kees(['status', '-f', '-'], io), 1)
  t.match(io.printed(), /\/a:3 +unknown\n[^]*\/b +exists\n/)
  t.match(
    io.said(),
    /^error: \/a:3: a version or label is selected, which a file: store does not have\n +hint: /,
  )
})

t.test('that a file store has no secrets of Secrets Manager is printed once', async (t) => {
  const inSecretsManager = (name: string) =>
    `secret.bsycorp.com/${name}: "kind=REFERENCE,type=TEXT,from=secretsmanager,storageKey=${name}"`
  const io = fakeIo(deployment('app', inSecretsManager('a'), inSecretsManager('b')), await storeWith(t, '/c'))
  t.equal(await kees(['status', '-f', '-'], io), 1)
  t.equal(
    io.said(),
    'error: the value is in AWS Secrets Manager, which a file: store does not have\n' +
      '  about 2 parameters: secretsmanager:a, secretsmanager:b\n' +
      '  hint: for tests, leave out from=secretsmanager and store the value as a parameter\n',
  )
})

t.test('the pod templates of one object are distinguished', async (t) => {
  const jobSet = `apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: batch}
spec:
  replicatedJobs:
  - name: worker
    template: {spec: {template: {metadata: {annotations: {resource.bsycorp.com/a: ""}}, spec: {containers: [{name: a}]}}}}
`
  const io = fakeIo(jobSet, await storeWith(t))
  t.equal(await kees(['status', '-f', '-'], io), 3)
  t.match(io.printed(), /^JobSet\/batch worker +resource\.bsycorp\.com\/a +resource +\/a +missing$/m)
})

t.test('what may be absent does not change the exit code', async (t) => {
  const optional = deployment(
    'app',
    'secret.bsycorp.com/a: "kind=REFERENCE,type=PASSWORD,optional=true"',
    'resource.bsycorp.com/b: "default=x"',
    'resource.bsycorp.com/c: ""',
  )
  const io = fakeIo(optional, await storeWith(t, '/c'))
  t.equal(await kees(['status', '-f', '-'], io), 0)
  t.match(io.printed(), /\/a +absent \(optional\)\n[^]*\/b +absent \(default\)\n[^]*\/c +exists\n/)
  const said = 'warning: Deployment/shop/app annotation'
  t.match(
    io.said(),
    new RegExp(
      `${said} secret.bsycorp.com/a: parameter /a does not exist: it is optional, and the app starts without it\n` +
        `[^]*${said} resource.bsycorp.com/b: parameter /b does not exist: the app gets the default\n$`,
    ),
  )
  const json = fakeIo(optional, await storeWith(t, '/c'))
  t.equal(await kees(['status', '-f', '-', '-o', 'json'], json), 0)
  t.match(JSON.parse(json.printed()), [
    { status: 'absent', reason: 'optional' },
    { status: 'absent', reason: 'default' },
    { status: 'exists', reason: undefined },
  ])
  const missing = fakeIo(optional, await storeWith(t))
  t.equal(await kees(['status', '-f', '-'], missing), 3)
})

t.test('with --keys, values are read, and what lacks a key is an error', async (t) => {
  const key = (name: string, jsonKey: string) =>
    `secret.bsycorp.com/${name}: "kind=REFERENCE,type=TEXT,storageKey=db,jsonKey=${jsonKey}"`
  const env = await storeWith(t)
  await kees(['put', '/db'], fakeIo('{"password":"fakepassword"}', env))
  await kees(['put', '/e'], fakeIo('no JSON', env))
  const keyed = deployment('app', key('a', 'password'), key('b', 'user'), 'resource.bsycorp.com/e: ""')
  const without = fakeIo(keyed, env)
  t.equal(await kees(['status', '-f', '-'], without), 0)
  const io = fakeIo(keyed, env)
  t.equal(await kees(['status', '-f', '-', '--keys'], io), 1)
  t.equal(
    io.said(),
    'STDIN:9:9: error: Deployment/shop/app annotation secret.bsycorp.com/b: the value of parameter /db is JSON without the member "user"\n' +
      '  hint: correct jsonKey, or store a JSON text that has the member\n',
  )
  t.match(io.printed(), /com\/a +REFERENCE +\/db +exists\n.*com\/b +REFERENCE +\/db +wrong\n.*\/e +exists\n/)
})

for (const [title, annotation] of [
  ['input without declarations', 'a: b'],
  ['a pod with only a composition', "compose.bsycorp.com/motd: 'text=hello'"],
] as const)
  t.test(`${title} has no parameters`, async (t) => {
    const io = fakeIo(deployment('app', annotation), await storeWith(t))
    t.equal(await kees(['status', '-f', '-'], io), 0)
    t.equal(io.printed(), 'no secret or resource is declared\n')
  })

t.test('another output is a wrong command line', async (t) => {
  const io = fakeIo(source, await storeWith(t))
  t.equal(await kees(['status', '-f', '-', '-o', 'yaml'], io), 2)
  t.match(io.said(), /--output "[a-z]+" must be one of "table", "json"/)
})

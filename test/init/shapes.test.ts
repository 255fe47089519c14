/** The built init, for a pod whose values come in every shape, against the strict fake of both services. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { oldestNode } from '../packaging/oldest-node.ts'

const reference = 'kind=REFERENCE,type=TEXT'
const database = '{"username":"app","password":"p@ss/w:rd","port":5432,"ratio":1e3,"id":12345678901234567890}'

const annotations = {
  ...Object.fromEntries(
    ['username', 'password', 'port', 'ratio', 'id'].map((key) => [
      `secret.bsycorp.com/db.${key}`,
      `${reference},storageKey=db,jsonKey=${key}${key === 'password' ? ',env=DB_PASSWORD' : ''}`,
    ]),
  ),
  'secret.bsycorp.com/keystore': `${reference},from=secretsmanager,storageKey=app/keystore,file=tls/app.p12,mode=0400`,
  'secret.bsycorp.com/sentry': `${reference},optional=true,env=SENTRY_DSN`,
  'compose.bsycorp.com/db.url':
    'env=DB_URL,text=postgres://$(db.username:url):$(db.password:url)@db:$(db.port)/orders',
}

t.test('one call for all keys of a parameter, and all files or none', async (t) => {
  const server = await startFakeSsm()
  t.teardown(() => server.stop())
  server.put('/db', database)
  server.secrets.put('app/keystore', Buffer.from([0xfe, 0xed, 0, 1]))
  const folder = t.testdir({
    secret: {},
    env: {},
    annotations: formatAnnotationsFile(Object.entries(annotations)),
  })
  const path = (name: string) => join(folder, name)
  const init = () =>
    runBeside('init', [], {
      env: {
        ANNOTATIONS_FILE: path('annotations'),
        SECRETS_FILE: path('secret/secret'),
        RESOURCES_FILE: path('secret/resource'),
        ENV_FILE: path('env/env'),
        CONTRACT: '2',
        REFERENCE_WAIT: '0s',
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'fakesecret',
      },
    })
  const { status, stderr } = await init()
  t.equal(status, 0, stderr)
  t.strictSame(server.calls.map(({ action, names }) => `${action} ${names.join()}`).toSorted(), [
    'GetParameters /db,/sentry',
    'GetSecretValue app/keystore',
  ])
  const files = () => [readFileSync(path('secret/secret'), 'utf8'), readFileSync(path('env/env'), 'utf8')]
  const written = files()
  t.strictSame(written, [
    'db.id=12345678901234567890\ndb.port=5432\ndb.ratio=1e3\ndb.username=app\n',
    "compose.db.url='postgres://app:p%40ss%2Fw%3Ard@db:5432/orders'\nsecret.db.password='p@ss/w:rd'\n",
  ])
  t.strictSame(readFileSync(path('secret/tls/app.p12')), Buffer.from([0xfe, 0xed, 0, 1]))
  t.strictSame(
    ['secret/tls/app.p12', 'env/env', 'secret/secret'].map((name) => statSync(path(name)).mode & 0o777),
    [0o400, 0o400, 0o444],
  )
  t.match(stderr, /"level":"warn".*"annotation":"secret.bsycorp.com\/sentry","parameter":"\/sentry"/)

  server.put('/db', '{"username":"app","password":"it\'s fakepassword","ratio":null,"id":1}')
  const wrong = await init()
  t.equal(wrong.status, 1)
  for (const message of [
    /parameter \/db \(jsonKey \\"password\\"\) contains a single quote, which the kubelet/,
    /parameter \/db is JSON without the member \\"port\\"/,
    /parameter \/db is JSON whose member \\"ratio\\" is null/,
  ])
    t.match(wrong.stderr, message)
  t.notMatch(wrong.stderr, 'fakepassword')
  t.strictSame(files(), written, 'the files stay as they are')
})

t.test(`on Node ${oldestNode().version}, kees fetch writes numbers as they are stored`, async (t) => {
  const folder = t.testdir({
    'pod.yaml': `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
    secret.bsycorp.com/id: "${reference},storageKey=db,jsonKey=id"
    secret.bsycorp.com/ratio: "${reference},storageKey=db,jsonKey=/ratio,env=RATIO"
spec: {containers: [{name: app}]}
`,
  })
  const path = (name: string) => join(folder, name)
  mkdirSync(path('store'), { mode: 0o700 })
  writeFileSync(path('store/%2Fdb'), database, { mode: 0o600 })
  const args = ['--workload', 'Pod/app', '-f', path('pod.yaml'), '--store', `file:${path('store')}`]
  const outputs = ['--out', path('secret'), '--env-out', path('env')]
  const { status, stderr } = run(oldestNode().path, ['dist/kees', 'fetch', ...args, ...outputs])
  t.equal(status, 0, stderr)
  t.equal(readFileSync(path('secret'), 'utf8'), 'id=12345678901234567890\n')
  t.equal(readFileSync(path('env'), 'utf8'), "RATIO='1e3'\n")
})

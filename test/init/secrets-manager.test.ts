/** init, kees fetch and kees status with from=secretsmanager, against the strict fake and moto. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import type { Env } from '../../api/settings/env.ts'
import { type FakeSsmServerOptions, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { init } from '../../runtime/init/init.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import type { SecretWriter } from '../../runtime/store/secret-reader.contract.ts'
import { runBeside } from '../programs/run-beside.ts'
import { motoSecrets } from '../servers/moto-secrets.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'

t.setTimeout(300_000)

const credentials = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'fakesecret',
}

const inSecretsManager = (name: string, more = '') =>
  `kind=REFERENCE,type=TEXT,from=secretsmanager,storageKey=${name}${more}`

async function runInit(t: Test, annotations: Readonly<Record<string, string>>, env: Env) {
  const folder = t.testdir({
    secret: {},
    log: '',
    annotations: formatAnnotationsFile(Object.entries(annotations)),
  })
  const path = (name: string) => join(folder, name)
  let said = ''
  const exit = await init({
    args: [],
    env: {
      ANNOTATIONS_FILE: path('annotations'),
      SECRETS_FILE: path('secret/secret'),
      RESOURCES_FILE: path('secret/resource'),
      FORMAT: 'json',
      WAIT_TIMEOUT: '0',
      REFERENCE_WAIT: '0',
      DENIED_WAIT: '0',
      REQUEST_TIMEOUT: '20s',
      ...credentials,
      ...env,
    },
    writeOut: (text) => (said += text),
    writeError: (text) => (said += text),
    terminationLog: path('log'),
    clock,
    random: () => 0,
    collectGarbage: () => {},
    memoryLimit: 0,
  })
  const read = async (name: string) => (existsSync(path(name)) ? await readFile(path(name)) : undefined)
  const secret = (await read('secret/secret'))?.toString()
  const message = (await read('log'))?.toString() ?? ''
  t.notMatch(said + message, /fakepassword/, 'no value is shown')
  const values: unknown = secret === undefined ? undefined : JSON.parse(secret)
  return { exit, said, message, values, read }
}

async function startFake(t: Test, options: FakeSsmServerOptions = {}) {
  const server = await startFakeSsm({ secretOf: () => 'fakesecret', ...options })
  t.teardown(() => server.stop())
  return server
}

const names = ['rds!cluster-1a2b', '/prod/db', 'a@b+c=d_e.f-g', 'db-abcdef']

/** What a pod gets, whatever the server. */
async function holdToDelivery(t: Test, writer: SecretWriter, endpoint: string): Promise<void> {
  for (const name of names) await writer.put(name, `fakepassword of ${name}`)
  const first = await writer.put('versions', 'fakepassword 1')
  await writer.put('versions', 'fakepassword 2')
  await writer.put('json', '{"username":"app","password":"fakepassword","port":5432}')
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  await writer.put('binary', bytes)
  const declared = {
    ...Object.fromEntries(
      names.map((name, index) => [`secret.bsycorp.com/n${index}`, inSecretsManager(name)]),
    ),
    'init.bsycorp.com/storage-prefix': '/not/of/secrets',
    'secret.bsycorp.com/current': inSecretsManager('versions'),
    'secret.bsycorp.com/previous': inSecretsManager('versions', ',label=AWSPREVIOUS'),
    'secret.bsycorp.com/first': inSecretsManager('versions', `,version=${first}`),
    'secret.bsycorp.com/password': inSecretsManager('json', ',jsonKey=password'),
    'secret.bsycorp.com/port': inSecretsManager('json', ',jsonKey=port'),
    'secret.bsycorp.com/keystore': inSecretsManager('binary', ',file=keystore.p12'),
    'compose.bsycorp.com/encoded': 'text=[$(keystore:base64)]',
  }
  const { exit, said, values, read } = await runInit(t, declared, { AWS_ENDPOINT_URL: endpoint })
  t.equal(exit, 0, said)
  t.strictSame(values, {
    ...Object.fromEntries(names.map((name, index) => [`n${index}`, `fakepassword of ${name}`])),
    current: 'fakepassword 2',
    previous: 'fakepassword 1',
    first: 'fakepassword 1',
    password: 'fakepassword',
    port: '5432',
    encoded: `[${bytes.toString('base64')}]`,
  })
  t.ok((await read('secret/keystore.p12'))?.equals(bytes), 'bytes as they are')

  const line = await runInit(
    t,
    { 'secret.bsycorp.com/keystore': inSecretsManager('binary') },
    { AWS_ENDPOINT_URL: endpoint },
  )
  t.equal(line.exit, 1, 'a binary secret is no line of a file')
  t.match(line.message, /binary/)
  t.equal(line.values, undefined, 'nothing is written')

  const text = await runInit(
    t,
    {
      'secret.bsycorp.com/keystore': inSecretsManager('binary', ',deliver=none'),
      'compose.bsycorp.com/text': 'text=$(keystore)',
    },
    { AWS_ENDPOINT_URL: endpoint },
  )
  t.equal(text.exit, 1, 'nor a part of a text without :base64')
  t.match(text.message, /the value of secret binary is binary[^]*write \$\(name:base64\)/)
}

t.test('secrets reach the pod from the strict fake, each by one call', async (t) => {
  const server = await startFake(t)
  const { secrets } = server
  await holdToDelivery(
    t,
    {
      put: async (name, content) => secrets.put(name, content),
      label: async (name, id, label) => secrets.label(name, id, label),
      markForDeletion: async (name) => secrets.markForDeletion(name),
    },
    server.endpoint,
  )
  const asked = server.calls.map(({ action, names: [name] }) => `${action} ${name}`)
  t.equal(asked.filter((one) => one === 'GetSecretValue json').length, 1, 'two keys are one call')
  t.ok(
    asked.every((one) => one.startsWith('GetSecretValue ')),
    'nothing else is called',
  )
})

t.test('and from moto', { skip: motoMissing }, async (t) => {
  const moto = await startMoto()
  t.teardown(() => moto.stop())
  const secrets = motoSecrets(moto.endpoint)
  await holdToDelivery(t, secrets, moto.endpoint)

  await t.test('under a customer managed key', async (t) => {
    const arn = await secrets.putWithKey('orders/db', '{"password":"fakepassword"}')
    t.match(arn, /^arn:aws:kms:eu-west-1:\d{12}:key\//)
    t.equal(await secrets.keyOf('orders/db'), arn)
    const declared = { 'secret.bsycorp.com/db': inSecretsManager('orders/db', ',jsonKey=password') }
    const { exit, said, values } = await runInit(t, declared, { AWS_ENDPOINT_URL: moto.endpoint })
    t.equal(exit, 0, said)
    t.strictSame(values, { db: 'fakepassword' })
    const env = { ...credentials, AWS_ENDPOINT_URL: moto.endpoint, KEES_STORE: 'ssm' }
    for (const more of [[], ['--keys']]) {
      const status = await runBeside('kees', ['status', '-f', '-', ...more], {
        env,
        input: manifest(declared),
      })
      t.match(status, { status: 0, stdout: /secretsmanager:orders\/db +exists/ }, status.stderr)
    }
  })
})

t.test('a secret and a parameter of one name are two values, from two addresses', async (t) => {
  const [ssm, secrets] = [await startFake(t), await startFake(t)]
  ssm.put('/a', 'fakepassword of SSM')
  secrets.secrets.put('/a', 'fakepassword of Secrets Manager')
  const { exit, values } = await runInit(
    t,
    { 'secret.bsycorp.com/a': 'kind=REFERENCE,type=TEXT', 'secret.bsycorp.com/b': inSecretsManager('/a') },
    { AWS_ENDPOINT_URL: ssm.endpoint, AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint },
  )
  t.equal(exit, 0)
  t.strictSame(values, { a: 'fakepassword of SSM', b: 'fakepassword of Secrets Manager' })
  t.strictSame([ssm.calls.length, secrets.calls.length], [1, 1])
})

const refused: readonly (readonly [title: string, name: string, exit: number, message: RegExp])[] = [
  ['is missing', 'none', 3, /secret none does not exist\n/],
  [
    'is denied',
    'denied',
    4,
    /secret denied is missing or not granted\n.*give role cluster-app-role secretsmanager:Get/,
  ],
  [
    'has a key that is denied',
    'locked',
    4,
    /secret locked may be read but not decrypted\n.*kms:Decrypt on the key/,
  ],
  ['is marked for deletion', 'deleted', 4, /marked for deletion: restore it/],
]
for (const [title, name, exit, message] of refused) {
  t.test(`a secret that ${title} ends init with ${exit}`, async (t) => {
    const server = await startFake(t, {
      denied: ({ action, name: of }) =>
        (of === 'denied' && action === 'secretsmanager:GetSecretValue') ||
        (of === 'locked' && action === 'kms:Decrypt'),
    })
    for (const one of ['denied', 'locked', 'deleted', 'there']) server.secrets.put(one, 'fakepassword')
    server.secrets.markForDeletion('deleted')
    const ended = await runInit(
      t,
      {
        'secret.bsycorp.com/a': inSecretsManager(name),
        'secret.bsycorp.com/b': inSecretsManager('there'),
      },
      { AWS_ENDPOINT_URL: server.endpoint },
    )
    t.equal(ended.exit, exit, ended.said)
    t.match(ended.message, message)
    t.notMatch(ended.message, 'arn:', 'no ARN in the termination message')
    t.equal(ended.values, undefined, 'all or nothing')
  })
}

t.test('a file store has no secrets of Secrets Manager', async (t) => {
  const store = t.testdir({})
  const ended = await runInit(
    t,
    { 'secret.bsycorp.com/a': inSecretsManager('db') },
    { KEES_STORE: `file:${store}` },
  )
  t.equal(ended.exit, 1)
  t.match(ended.message, /secret db: the value is in AWS Secrets Manager, which a file: store does not have/)
})

const manifest = (declared: Readonly<Record<string, string>>) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations: declared },
    spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
  })

t.test('kees status looks at descriptions, kees fetch reads values', async (t) => {
  const denied = new Set<string>()
  const server = await startFake(t, { denied: ({ action, name }) => denied.has(`${action} ${name}`) })
  server.secrets.put('rds!db', '{"password":"fakepassword"}')
  server.secrets.put('deleted', 'fakepassword')
  server.secrets.markForDeletion('deleted')
  const env = { ...credentials, AWS_ENDPOINT_URL: server.endpoint, KEES_STORE: 'ssm' }
  const good = {
    'secret.bsycorp.com/password': inSecretsManager('rds!db', ',jsonKey=password'),
    'secret.bsycorp.com/all': inSecretsManager('rds!db'),
  }
  const status = (declared: Readonly<Record<string, string>>) =>
    runBeside('kees', ['status', '-f', '-', '-o', 'json'], { env, input: manifest(declared) })

  const there = await status(good)
  t.equal(there.status, 0, there.stderr)
  t.match(JSON.parse(there.stdout), [
    { parameter: 'secretsmanager:rds!db', status: 'exists' },
    { parameter: 'secretsmanager:rds!db', status: 'exists' },
  ])
  t.strictSame(
    server.calls.map(({ action }) => action),
    ['DescribeSecret'],
  )
  const absent = await status({
    ...good,
    'secret.bsycorp.com/none': inSecretsManager('none'),
    'secret.bsycorp.com/label': inSecretsManager('rds!db', ',label=AWSPENDING'),
  })
  t.equal(absent.status, 3, absent.stderr)
  t.match(absent.stdout, /"parameter": "secretsmanager:none",\s+"status": "missing"/)
  t.match(absent.stdout, /"secretsmanager:rds!db:label=AWSPENDING",\s+"status": "missing"/)
  denied.add('secretsmanager:DescribeSecret rds!db')
  const denials = await status({ ...good, 'secret.bsycorp.com/gone': inSecretsManager('deleted') })
  t.equal(denials.status, 4)
  t.match(denials.stderr, /secretsmanager:rds!db: DescribeSecret: the secret is missing or not granted/)
  t.match(denials.stderr, /secretsmanager:deleted: .*marked for deletion/)
  t.match(denials.stdout, /"secretsmanager:rds!db",\s+"status": "denied"/)

  denied.clear()
  server.secrets.put('bytes', Buffer.from([0, 255]))
  server.secrets.put('text', 'no JSON')
  const keyed = await runBeside('kees', ['status', '-f', '-', '--keys'], {
    env,
    input: manifest({
      ...good,
      'secret.bsycorp.com/user': inSecretsManager('rds!db', ',jsonKey=username'),
      'secret.bsycorp.com/bytes': inSecretsManager('bytes', ',jsonKey=a'),
      'secret.bsycorp.com/text': inSecretsManager('text', ',jsonKey=a'),
    }),
  })
  t.equal(keyed.status, 1)
  t.match(keyed.stderr, /com\/user: the value of secret rds!db is JSON without the member "username"/)
  t.match(keyed.stderr, /com\/bytes: the value of secret bytes is binary, which jsonKey/)
  t.match(keyed.stderr, /com\/text: the value of secret text is not/)
  t.match(keyed.stdout, /com\/password .* exists\n[^]*com\/user .* wrong\n/)
  t.notMatch(keyed.stdout + keyed.stderr, /fakepassword|no JSON/)
  denied.add('secretsmanager:GetSecretValue rds!db')
  const unread = await runBeside('kees', ['status', '-f', '-', '--keys'], { env, input: manifest(good) })
  t.equal(unread.status, 4)
  t.match(unread.stderr, /secretsmanager:rds!db: GetSecretValue: the secret is missing or not granted/)
  denied.clear()

  const out = join(t.testdir({}), 'secrets')
  const fetch = (declared: Readonly<Record<string, string>>) =>
    runBeside('kees', ['fetch', '--workload', 'Pod/app', '-f', '-', '--out', out, '--format', 'json'], {
      env,
      input: manifest(declared),
    })
  const fetched = await fetch(good)
  t.equal(fetched.status, 0, fetched.stderr)
  t.strictSame(JSON.parse(await readFile(out, 'utf8')), {
    all: '{"password":"fakepassword"}',
    password: 'fakepassword',
  })
  t.notMatch(fetched.stdout + fetched.stderr, 'fakepassword')
  const none = await fetch({ 'secret.bsycorp.com/none': inSecretsManager('none') })
  t.equal(none.status, 3)
  t.match(none.stderr, /secret none does not exist/)
  t.notMatch(none.stderr, 'kees put')
})

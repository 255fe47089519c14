/** init against the strict Parameter Store, over HTTP: its requests, its output, its exit code. */
import type { Env } from '../../api/settings/env.ts'
import { eventually } from '../programs/eventually.ts'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import type { Fault } from '../../runtime/fake-ssm/faults.ts'
import { type FakeSsmServerOptions, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { init } from '../../runtime/init/init.ts'
type Pod = {
  readonly annotations: Readonly<Record<string, string>>
  readonly stored?: Readonly<Record<string, string>>
  readonly server?: FakeSsmServerOptions
  readonly env?: Env | ((path: (name: string) => string) => Env)
}

const keys = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'fakesecret' }

async function start(t: Test, { annotations, stored = {}, server: options = {}, env = {} }: Pod) {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  for (const [name, value] of Object.entries(stored)) server.put(name, value)
  const folder = t.testdir({
    secret: {},
    log: '',
    token: 'fakeidentity',
    annotations: formatAnnotationsFile(Object.entries(annotations)),
  })
  const path = (name: string) => join(folder, name)
  const own: Env = {
    ANNOTATIONS_FILE: path('annotations'),
    SECRETS_FILE: path('secret/secret'),
    RESOURCES_FILE: path('secret/resource'),
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_SSM: server.endpoint,
    WAIT_TIMEOUT: '0',
    REFERENCE_WAIT: '0',
    DENIED_WAIT: '0',
    // Longer than any call takes on a machine that is busy.
    REQUEST_TIMEOUT: '10s',
    POD_NAME: 'app-1',
    ...(typeof env === 'function' ? env(path) : env),
  }
  const run = async () => {
    let [out, errors] = ['', '']
    const exit = await init({
      args: [],
      env: own,
      writeOut: (text) => (out += text),
      writeError: (text) => (errors += text),
      terminationLog: path('log'),
      clock,
      random: () => 0,
      collectGarbage: () => {},
      memoryLimit: 0,
    })
    const log = errors
      .trimEnd()
      .split('\n')
      .map((line): { readonly problems?: readonly object[] } => JSON.parse(line))
    const read = async (name: string) => (existsSync(path(name)) ? await readFile(path(name), 'utf8') : '')
    t.notMatch(errors + out + (await read('log')), /fakepassword/, 'no value is shown')
    return {
      exit,
      log,
      problems: log.at(-1)?.problems ?? [],
      message: await read('log'),
      secret: await read('secret/secret'),
      resource: await read('secret/resource'),
    }
  }
  return { server, run, path }
}

const reference = 'kind=REFERENCE,type=PASSWORD'
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `p${String(index).padStart(3, '0')}`)
const annotationsOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`secret.bsycorp.com/${name}`, reference]))
const storedOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`/${name}`, `fakepassword of ${name}`]))

t.test('25 parameters are three calls, and one file', async (t) => {
  const names = many(25)
  const { server, run } = await start(t, {
    annotations: annotationsOf(names),
    stored: storedOf(names),
    env: keys,
  })
  const { exit, secret } = await run()
  t.equal(exit, 0)
  t.equal(secret, names.map((name) => `${name}=fakepassword of ${name}\n`).join(''))
  t.strictSame(
    server.calls.map((call) => [call.action, call.names.length, call.withDecryption, call.accessKeyId]),
    [10, 10, 5].map((count) => ['GetParameters', count, true, 'AKIDENV']),
  )
})

t.test('versions and labels are pinned, beside the newest version', async (t) => {
  const { server, run } = await start(t, {
    annotations: {
      'secret.bsycorp.com/now': `${reference},storageKey=db`,
      'secret.bsycorp.com/first': `${reference},storageKey=db,version=1`,
      'resource.bsycorp.com/blue': 'storageKey=db,label=blue',
    },
    env: keys,
  })
  for (const value of ['fakepassword1', 'fakepassword2', 'fakepassword3']) server.put('/db', value)
  server.stored.label('/db', 2, 'blue')
  const { exit, secret, resource } = await run()
  t.equal(exit, 0)
  t.equal(secret, 'first=fakepassword1\nnow=fakepassword3\n')
  t.equal(resource, 'blue=fakepassword2\n')
})

t.test('one report names all that is malformed, missing and denied, and each with what to do', async (t) => {
  const { run } = await start(t, {
    annotations: {
      ...annotationsOf(['fine', 'gone', 'iam', 'kms']),
      'secret.bsycorp.com/made': 'kind=DYNAMIC,type=PASSWORD,size=128',
      'secret.bsycorp.com/wrong': 'kind=REFERENCE,type=PASSWORT',
      'lease.bsycorp.com/later': '',
    },
    stored: storedOf(['fine', 'iam', 'kms']),
    server: {
      denied: ({ action, name }) =>
        (name === '/iam' && action === 'ssm:GetParameters') || (name === '/kms' && action === 'kms:Decrypt'),
    },
    env: keys,
  })
  const { exit, problems, message, secret } = await run()
  t.equal(exit, 1)
  t.equal(secret, '')
  t.match(message.split('\n'), [
    /^annotation lease\.bsycorp\.com\/later: lease is not supported, and will not be/,
    /^hint: read the index of the pod by the downward API/,
    /^annotation secret\.bsycorp\.com\/wrong: .*PASSWORT/,
    'annotation secret.bsycorp.com/gone: parameter /gone does not exist',
    'hint: store it with kees put /gone',
    'annotation secret.bsycorp.com/iam: access is denied to parameter /iam',
    'hint: give role cluster-app-role ssm:GetParameters on it, as in the policy that kees export writes; if the pod should have another role, check its ServiceAccount',
    'annotation secret.bsycorp.com/kms: parameter /kms may be read but not decrypted',
    /^hint: give role cluster-app-role kms:Decrypt/,
  ])
  t.equal(problems.length, 5)
  t.match(problems.slice(2), [
    { code: 'MISSING', parameter: '/gone' },
    { code: 'ACCESS_DENIED', deniedBy: 'IAM', role: 'cluster-app-role', detail: /arn:aws:ssm/ },
    { code: 'ACCESS_DENIED', deniedBy: 'KMS', role: 'cluster-app-role' },
  ])
  t.notMatch(message, /arn:/)
})

t.test('with denied and missing parameters, the exit code is 4', async (t) => {
  const { run } = await start(t, {
    annotations: annotationsOf(['gone', 'denied']),
    server: { denied: ({ name }) => name === '/denied' },
    env: keys,
  })
  const { exit, problems, log } = await run()
  t.equal(exit, 4)
  t.equal(problems.length, 2)
  t.match(log.at(-1), { level: 'error', message: 'init failed', exitCode: 4, pod: 'app-1' })
})

t.test('of three hundred missing parameters, the message names as many as fit', async (t) => {
  const { run } = await start(t, { annotations: annotationsOf(many(300)), env: keys })
  const { exit, message, problems } = await run()
  t.equal(exit, 3)
  t.equal(problems.length, 300, 'the log has them all')
  t.match(message, /^not in the store \(store each with kees put\): \/p000, \/p001, .*, \/p299$/)
})

const passing: readonly (readonly [title: string, fault: Fault])[] = [
  ['a connection that is reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'answer lost' }],
  ['an answer that does not come', { kind: 'hang' }],
  ['an answer that trickles', { kind: 'trickle', every: 50 }],
  ['an answer that is cut', { kind: 'truncated' }],
  ['an answer that is none', { kind: 'malformed', body: '<html>fakepassword</html>' }],
  ['an answer about others', { kind: 'malformed', body: '{"InvalidParameters":["/other"]}' }],
  ['throttling', { kind: 'error', status: 400, type: 'ThrottlingException' }],
  ['a server error', { kind: 'error', status: 500, type: 'InternalServerError' }],
]
// All at once, because each waits a second.
t.test('temporary failures are retried', { jobs: passing.length }, async (t) => {
  const runs = passing.map(([title, fault]) =>
    t.test(title, { buffered: true }, async (t) => {
      const { server, run } = await start(t, {
        annotations: annotationsOf(['a']),
        stored: storedOf(['a']),
        server: { fault: ({ index }) => (index === 0 ? fault : undefined) },
        env: { ...keys, REQUEST_TIMEOUT: '1s' },
      })
      const { exit, secret } = await run()
      t.strictSame([exit, secret], [0, 'a=fakepassword of a\n'])
      t.equal(server.calls.length, 2)
    }),
  )
  await Promise.all(runs)
})

t.test('a store that never answers ends with the deadline: exit code 5', async (t) => {
  const { server, run } = await start(t, {
    annotations: annotationsOf(['a']),
    server: { fault: () => ({ kind: 'hang' }) },
    env: { ...keys, DEADLINE: '2500ms', REQUEST_TIMEOUT: '200ms' },
  })
  const begun = performance.now()
  const { exit, message } = await run()
  t.equal(exit, 5)
  t.ok(performance.now() - begun >= 2400)
  t.match(message, /parameter \/a: GetParameters: SSM at 127\.0\.0\.1:\d+ was not reached \(TimeoutError\)/)
  t.ok(server.calls.length >= 2, 'each call has its own time')
})

t.test('parameters that the creator creates meanwhile are waited for', async (t) => {
  const { server, run } = await start(t, {
    annotations: { 'secret.bsycorp.com/made': 'kind=DYNAMIC,type=PASSWORD,size=128' },
    env: { ...keys, WAIT_TIMEOUT: '300s' },
  })
  const ended = run()
  await eventually('init has requested it', () => server.calls.length > 0)
  server.put('/made', 'fakepassword')
  const { exit, secret } = await ended
  t.strictSame([exit, secret], [0, 'made=fakepassword\n'])
  t.ok(server.calls.length > 1, 'and requested it again')
})

/** What a pod's surroundings give it: STS, the agent of Pod Identity, the instance metadata. */
async function startSurroundings(t: Test): Promise<string> {
  const times = { Expiration: '2099-01-01T00:00:00Z' }
  const answer = (id: string) =>
    JSON.stringify({ AccessKeyId: id, SecretAccessKey: 'fakesecret', Token: 'faketoken', ...times })
  const role = '/latest/meta-data/iam/security-credentials/'
  const answers: Env = {
    '/agent': answer('AKIDAGENT'),
    '/latest/api/token': 'fakemetadatatoken',
    '/latest/meta-data/placement/region': 'eu-central-1',
    [role]: 'cluster-app-role',
    [`${role}cluster-app-role`]: answer('AKIDKUBE'),
    '/': `<Credentials><AccessKeyId>AKIDWEB</AccessKeyId><SecretAccessKey>fakesecret</SecretAccessKey>
      <SessionToken>faketoken</SessionToken><Expiration>${times.Expiration}</Expiration></Credentials>`,
  }
  const server = createServer((request, response) => response.end(answers[request.url ?? '']))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const ways: readonly (readonly [
  title: string,
  env: (url: string, token: string) => Env,
  key: string,
  region: string,
])[] = [
  ['the environment', () => keys, 'AKIDENV', 'eu-west-1'],
  [
    'a web identity token',
    (url, token) => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/app',
      AWS_ENDPOINT_URL_STS: url,
    }),
    'AKIDWEB',
    'eu-west-1',
  ],
  [
    'Pod Identity',
    (url, token) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/agent`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    }),
    'AKIDAGENT',
    'eu-west-1',
  ],
  [
    'the instance metadata, which name the region too',
    (url) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url, AWS_REGION: '' }),
    'AKIDKUBE',
    'eu-central-1',
  ],
]
for (const [title, env, key, region] of ways) {
  t.test(`the credentials of ${title}`, async (t) => {
    const url = await startSurroundings(t)
    const { server, run } = await start(t, {
      annotations: annotationsOf(many(25)),
      stored: storedOf(many(25)),
      server: { region },
      env: (path) => env(url, path('token')),
    })
    t.equal((await run()).exit, 0)
    t.strictSame(
      server.calls.map(({ accessKeyId }) => accessKeyId),
      [key, key, key],
    )
  })
}

t.test('a role that propagates slowly is waited for', async (t) => {
  let denied = true
  const { server, run } = await start(t, {
    annotations: annotationsOf(many(3)),
    stored: storedOf(many(3)),
    server: { denied: () => denied },
    env: { ...keys, DENIED_WAIT: '300s' },
  })
  const ended = run()
  await eventually('init was denied', () => server.calls.length > 0)
  denied = false
  t.equal((await ended).exit, 0)
})

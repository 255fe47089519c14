/** Each way in which a pod gets credentials, against a server of this test on loopback, or through nock. */
import type { Env } from '../../../api/settings/env.ts'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { inspect } from 'node:util'
import nock from 'nock'
import t from 'tap'
import { failureOf } from '../../failure.ts'
import { podCredentials } from './pod-credentials.ts'
import { openSsmParameterStore } from '../../store/ssm-parameter-store.ts'

t.before(() => {
  // Another test file of this process may have restored what nock replaces.
  if (!nock.isActive()) nock.activate()
  nock.disableNetConnect()
})
t.beforeEach(() => nock.enableNetConnect('127.0.0.1'))
t.afterEach(() => nock.cleanAll())
t.teardown(() => nock.restore())

/** In milliseconds; not reached, however busy the machine is. */
const patience = 60_000

/** Asks the store with these credentials. @returns the access keys that signed, or the failure. */
async function askWith(env: Env): Promise<{ readonly keys: string[]; readonly error?: unknown }> {
  const keys: string[] = []
  nock('https://ssm.eu-west-1.amazonaws.com')
    .post('/')
    .reply((request: Request) => {
      keys.push(/Credential=([^/]+)/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '')
      return [200, { InvalidParameters: ['/a'] }]
    })
    .persist()
  const before = process.env
  process.env = { ...env, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
  try {
    const store = openSsmParameterStore({
      region: 'eu-west-1',
      credentials: podCredentials(env, patience),
      requestTimeout: patience,
      maxAttempts: 1,
    })
    await store.exists(['/a'])
    await store.exists(['/a'])
    return { keys }
  } catch (error) {
    return { keys, error }
  } finally {
    process.env = before
  }
}

/** @param answer by the path, a status and a body. */
async function startServer(answer: (path: string) => readonly [number, string] | undefined) {
  const asked: string[] = []
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
    const [status, body] = answer(request.url ?? '') ?? [404, '']
    response.writeHead(status).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return { url, asked, stop: () => server.close() }
}

const keyAnswer = (id: string) =>
  JSON.stringify({
    Code: 'Success',
    AccessKeyId: id,
    SecretAccessKey: 'fakesecret',
    Token: 'faketoken',
    Expiration: '2099-01-01T00:00:00Z',
  })

await t.test('static credentials have precedence', async (test) => {
  const { keys } = await askWith({
    AWS_ACCESS_KEY_ID: 'AKIDSTATIC',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
  })
  test.strictSame(keys, ['AKIDSTATIC', 'AKIDSTATIC'])
})

await t.test('Pod Identity: one request to the endpoint, with the token from the file', async (test) => {
  const token = join(test.testdir({ token: 'pod-token' }), 'token')
  const server = await startServer(() => [200, keyAnswer('AKIDPOD')])
  test.teardown(server.stop)
  const { keys } = await askWith({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
  })
  test.strictSame(keys, ['AKIDPOD', 'AKIDPOD'])
  test.strictSame(server.asked, ['GET /v1/credentials pod-token'])
})

await t.test(
  'kube2iam: the instance metadata service is used when no other source is named',
  async (test) => {
    const role = '/latest/meta-data/iam/security-credentials/'
    const server = await startServer((path) => {
      if (path === role) return [200, 'cluster-app-role']
      if (path === `${role}cluster-app-role`) return [200, keyAnswer('AKIDKUBE')]
      return undefined
    })
    test.teardown(server.stop)
    const { keys } = await askWith({ AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url })
    test.strictSame(keys, ['AKIDKUBE', 'AKIDKUBE'])
  },
)

const stsAnswer = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
  <AccessKeyId>AKIDWEB</AccessKeyId><SecretAccessKey>fakesecret</SecretAccessKey>
  <SessionToken>faketoken</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

const stsError = (code: string) => `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code>
  <Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>`

function webIdentity(folder: string): Env {
  const file = join(folder, 'token')
  writeFileSync(file, 'fakeidentity')
  return {
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/app',
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1',
  }
}

await t.test('IRSA: the token is exchanged in the region of the store', async (test) => {
  const scope = nock('https://sts.eu-west-1.amazonaws.com')
    .post('/', /WebIdentityToken=fakeidentity/)
    .reply(200, stsAnswer)
  const { keys, error } = await askWith(webIdentity(test.testdir()))
  test.equal(error, undefined)
  test.strictSame(keys, ['AKIDWEB', 'AKIDWEB'])
  test.ok(scope.isDone())
})

const failures: readonly (readonly [
  title: string,
  code: string,
  env: (folder: string) => Env,
  serve: () => void,
])[] = [
  [
    'a role that may not be assumed',
    'CREDENTIALS_REFUSED',
    webIdentity,
    () =>
      nock('https://sts.eu-west-1.amazonaws.com').post('/').reply(403, stsError('AccessDenied')).persist(),
  ],
  [
    'an identity token that is not accepted',
    'CREDENTIALS_REFUSED',
    webIdentity,
    () =>
      nock('https://sts.eu-west-1.amazonaws.com')
        .post('/')
        .reply(400, stsError('InvalidIdentityToken'))
        .persist(),
  ],
  [
    'an STS that cannot be reached',
    'UNREACHABLE',
    (folder) => ({ ...webIdentity(folder), AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }),
    () =>
      nock('https://sts.eu-west-1.amazonaws.com')
        .post('/')
        .replyWithError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' }))
        .persist(),
  ],
  [
    'an identity token file that is absent',
    'CREDENTIALS_MISSING',
    (folder) => ({ ...webIdentity(folder), AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'absent') }),
    () => {},
  ],
  [
    'a container endpoint that is not there',
    'CREDENTIALS_MISSING',
    () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/' }),
    () => {},
  ],
  [
    'a container endpoint on another machine',
    'CREDENTIALS_MISSING',
    () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://10.0.0.1/' }),
    () => {},
  ],
  [
    'instance metadata that are not there',
    'CREDENTIALS_MISSING',
    () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' }),
    () => {},
  ],
  [
    'a disabled instance metadata service',
    'CREDENTIALS_MISSING',
    () => ({ AWS_EC2_METADATA_DISABLED: 'true' }),
    () => {},
  ],
]

for (const [title, code, env, serve] of failures) {
  await t.test(`${title}: ${code}`, async (test) => {
    serve()
    const { keys, error } = await askWith(env(test.testdir()))
    test.equal(failureOf(error)?.code, code)
    test.strictSame(keys, [], 'the store is not called')
  })
}

await t.test('a response of the endpoint that cannot be parsed is not quoted', async (test) => {
  const server = await startServer(() => [200, '"fakesecret"}'])
  test.teardown(server.stop)
  const { error } = await askWith({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/` })
  test.equal(failureOf(error)?.code, 'CREDENTIALS_MISSING')
  test.notMatch(inspect(error, { depth: 9, showHidden: true }), 'fakesecret')
})

await t.test('EC2 says why it gives no credentials', async (test) => {
  const answers = [
    [
      '{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role app."}',
      /AssumeRoleUnauthorizedAccess: EC2 cannot assume the role app\.$/,
    ],
    ['{"Code":"Success","SecretAccessKey":"fakesecret"}', /has no credentials$/],
    ['{"Code":"Failed","SecretAccessKey":"fakesecret"}', /has no credentials$/],
    ['<html>fakesecret</html>', /has no credentials$/],
  ] as const
  for (const [text, detail] of answers) {
    const server = await startServer((path) => [200, path.endsWith('/') ? 'app' : text])
    test.teardown(server.stop)
    const { error } = await askWith({ AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url })
    test.match(failureOf(error), { code: 'CREDENTIALS_MISSING', detail })
    test.notMatch(inspect(error, { depth: 9 }), 'fakesecret')
  }
})

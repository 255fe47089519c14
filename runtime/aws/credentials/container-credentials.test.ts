import type { Env } from '../../../api/settings/env.ts'
import { join } from 'node:path'
import t from 'tap'
import { containerCredentials } from './container-credentials.ts'
import { failureOf } from '../../failure.ts'
import type { HttpRequest } from '../../http/http-exchange.ts'

const keys = '{"AccessKeyId":"AKIDPOD","SecretAccessKey":"fakesecret","Token":"faketoken"}'

async function ask(env: Env, status = 200, body = keys) {
  const asked: HttpRequest[] = []
  const source = containerCredentials(env, 500, async (request) => {
    asked.push(request)
    return { status, headers: {}, body }
  })
  const result = await source().then(
    ({ accessKeyId }) => accessKeyId,
    (error: unknown) => failureOf(error),
  )
  return { result, asked: asked.map(({ url, headers }) => [url, headers['authorization'] ?? '']) }
}

const full = (uri: string): Env => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: uri })

const near = [
  'http://169.254.170.23/v1/credentials',
  'http://169.254.170.2/x',
  'http://[fd00:ec2::23]/v1/credentials',
  'http://127.0.0.1:8080/',
  'http://localhost/',
  'http://[::1]/',
  'https://credentials.example.com/',
]
for (const uri of near) {
  t.test(`${uri} is allowed`, async (t) => {
    t.strictSame(await ask(full(uri)), { result: 'AKIDPOD', asked: [[uri, '']] })
  })
}

const far = ['http://10.0.0.1/', 'http://169.254.169.254/', 'http://example.com/', 'ftp://127.0.0.1/', 'x']
for (const uri of far) {
  t.test(`${uri} is refused: the credentials would cross the network unencrypted`, async (t) => {
    const { result, asked } = await ask(full(uri))
    t.match(result, { code: 'CREDENTIALS_MISSING' })
    t.strictSame(asked, [])
  })
}

t.test('a relative URI belongs to the ECS agent', async (t) => {
  const { asked } = await ask({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' })
  t.strictSame(asked, [['http://169.254.170.2/v2/credentials/1', '']])
})

t.test('the token file has precedence over the token variable', async (t) => {
  const file = join(t.testdir({ token: 'token-of-the-file' }), 'token')
  const env = { ...full('http://127.0.0.1/'), AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Basic token' }
  t.strictSame((await ask(env)).asked, [['http://127.0.0.1/', 'Basic token']])
  const { asked } = await ask({ ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file })
  t.strictSame(asked, [['http://127.0.0.1/', 'token-of-the-file']])
})

for (const status of [429, 500, 503])
  t.test(`status ${status} of the agent passes, and does not mean that there is no role`, async (t) => {
    const { result } = await ask(full('http://127.0.0.1:8080/'), status, '{"message":"try again"}')
    t.strictSame(result, {
      code: 'UNREACHABLE',
      message: `the container credentials endpoint failed (HTTP ${status})`,
      detail: `it responded with status ${status}: {"message":"try again"}`,
      service: 'the container credentials endpoint',
      host: '127.0.0.1:8080',
    })
  })

t.test('white space around a token is not sent', async (t) => {
  const file = join(t.testdir({ token: 'token-of-the-file\r\n' }), 'token')
  const env = { ...full('http://127.0.0.1/'), AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }
  t.match(await ask(env), { result: 'AKIDPOD', asked: [['http://127.0.0.1/', 'token-of-the-file']] })
})

t.test('an empty token file is named', async (t) => {
  const file = join(t.testdir({ token: '' }), 'token')
  const env = { ...full('http://127.0.0.1/'), AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }
  t.match(await ask(env), { result: { code: 'CREDENTIALS_MISSING', detail: /token is empty$/ }, asked: [] })
})

t.test('a token with line ends inside is not sent', async (t) => {
  const env = { ...full('http://127.0.0.1/'), AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a\r\nx: y' }
  t.match(await ask(env), { result: { code: 'CREDENTIALS_MISSING' }, asked: [] })
})

t.test('the error names a missing token file', async (t) => {
  const env = { ...full('http://127.0.0.1/'), AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/nonexistent/token' }
  t.match(await ask(env), { result: { code: 'CREDENTIALS_MISSING', detail: /\/nonexistent\/token/ } })
})

t.test('a refusal of the agent is quoted, without its token', async (t) => {
  const env = { ...full('http://127.0.0.1/'), AWS_CONTAINER_AUTHORIZATION_TOKEN: 'faketoken' }
  const { result } = await ask(env, 400, '[id]: (ResourceNotFoundException):\n No association found\n')
  const detail = 'it responded with status 400: [id]: (ResourceNotFoundException): No association found'
  t.match(result, { code: 'CREDENTIALS_MISSING', detail, hint: /Pod Identity association/ })
  t.match((await ask(env, 400, 'bad token faketoken')).result, { detail: 'it responded with status 400' })
})

t.test('a response that cannot be parsed is not quoted', async (t) => {
  for (const [status, body] of [
    [500, keys],
    [200, keys.slice(0, -3)],
  ] as const) {
    const { result } = await ask(full('http://127.0.0.1/'), status, body)
    t.match(result, {
      code: status >= 500 ? 'UNREACHABLE' : 'CREDENTIALS_MISSING',
      detail: `it responded with status ${status}`,
    })
    t.notMatch(JSON.stringify(result), 'fakesecret')
  }
})

t.test('the request has the request timeout, and never uses a proxy', async (t) => {
  for (const timeout of [200, 20_000]) {
    const asked: HttpRequest[] = []
    const source = containerCredentials(full('http://127.0.0.1/'), timeout, async (request) => {
      asked.push(request)
      return { status: 200, headers: {}, body: keys }
    })
    await source()
    t.match(asked, [{ timeout, isDirect: true }])
    t.equal(asked.length, 1)
  }
})

/** What crosses the wire: https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html, awsJson1_1. */
import { createServer } from 'node:net'
import { once } from 'node:events'
import { inspect } from 'node:util'
import nock from 'nock'
import t from 'tap'
import { failed, failureOf } from '../failure.ts'
import type { ParameterStore } from './parameter-store.ts'
import { secretValue } from '../secret-value.ts'
import { openSsmParameterStore, type SsmStoreOptions } from './ssm-parameter-store.ts'

const about = { description: 'made by a test' }
const value = secretValue('fakepassword')

const options: SsmStoreOptions = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' },
  requestTimeout: 60_000,
  maxAttempts: 1,
}

t.before(() => {
  // Another test file of this process may have restored what nock replaces.
  if (!nock.isActive()) nock.activate()
  nock.disableNetConnect()
})
t.afterEach(() => nock.cleanAll())
t.teardown(() => nock.restore())

type Sent = { readonly headers: Readonly<Record<string, unknown>>; readonly body: unknown }

/** Answers one call after the other; the last answer serves for all that follow. */
function serve(...answers: readonly (readonly [status: number, body: unknown])[]): Sent[] {
  const sent: Sent[] = []
  nock('https://ssm.eu-west-1.amazonaws.com')
    .post('/')
    .reply(async (request: Request) => {
      sent.push({ headers: Object.fromEntries(request.headers), body: await request.json() })
      const [status, answer] = answers[Math.min(sent.length, answers.length) - 1] ?? [500, {}]
      return [status, typeof answer === 'string' ? answer : JSON.stringify(answer)]
    })
    .persist()
  return sent
}

const parameter = (name: string) => ({
  Name: name,
  Value: `value of ${name}`,
  Version: 4,
  Type: 'SecureString',
})

async function failureIn(work: Promise<unknown>) {
  return failureOf(await work.then(String, (error: unknown) => error))
}

await t.test('get sends one GetParameters with all names and selectors, decrypted', async (test) => {
  const sent = serve([200, { Parameters: [parameter('/b')], InvalidParameters: ['/a:3'] }])
  const answer = await openSsmParameterStore(options).get([{ name: '/a', selector: '3' }, { name: '/b' }])
  test.equal(sent.length, 1)
  test.match(sent[0]?.headers, {
    'x-amz-target': 'AmazonSSM.GetParameters',
    'content-type': 'application/x-amz-json-1.1',
    authorization: /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/ssm\/aws4_request/,
  })
  test.strictSame(sent[0]?.body, { Names: ['/a:3', '/b'], WithDecryption: true })
  test.strictSame(answer.missing, [{ name: '/a', selector: '3' }])
  test.strictSame(
    answer.found.map(({ ref, value: found, version }) => [ref, found.reveal(), version]),
    [[{ name: '/b' }, 'value of /b', 4]],
  )
})

await t.test('exists does not decrypt, because it needs no value', async (test) => {
  const sent = serve([200, { Parameters: [parameter('/b')], InvalidParameters: ['/a'] }])
  test.strictSame(await openSsmParameterStore(options).exists(['/a', '/b']), new Set(['/b']))
  test.strictSame(sent[0]?.body, { Names: ['/a', '/b'], WithDecryption: false })
})

const put = {
  Name: '/a',
  Value: 'fakepassword',
  Type: 'SecureString',
  Tier: 'Intelligent-Tiering',
}

await t.test('credentials that never arrive are not a matter of the store', async (test) => {
  const credentials = () => new Promise<never>(() => {})
  // As the credential_process does that does not end.
  const alive = setInterval(() => {}, 1000)
  test.teardown(() => clearInterval(alive))
  const store = openSsmParameterStore({ ...options, credentials, requestTimeout: 50 })
  const failure = failureOf(await store.exists(['/a']).catch((error: unknown) => error))
  test.match(failure, {
    code: 'CREDENTIALS_MISSING',
    message: /^no AWS credentials within /,
    hint: /profile/,
  })
})

await t.test('create never overwrites', async (test) => {
  const sent = serve([200, { Version: 1, Tier: 'Standard' }])
  const created = await openSsmParameterStore(options).create('/a', value, about)
  test.strictSame(created, { outcome: 'created', version: 1, attempts: 1 })
  test.match(sent[0]?.headers, { 'x-amz-target': 'AmazonSSM.PutParameter' })
  test.strictSame(sent[0]?.body, { ...put, Overwrite: false, Description: 'made by a test' })
})

await t.test('replace overwrites, and keeps the description', async (test) => {
  const sent = serve([200, { Version: 2 }])
  await openSsmParameterStore(options).replace('/a', value)
  test.strictSame(sent[0]?.body, { ...put, Overwrite: true })
})

await t.test('a configured KMS key is sent', async (test) => {
  const sent = serve([200, { Version: 1 }])
  const kmsKeyId = 'arn:aws:kms:eu-west-1:111122223333:key/example'
  await openSsmParameterStore({ ...options, kmsKeyId }).create('/a', value, about)
  test.match(sent[0]?.body, { KeyId: kmsKeyId })
})

await t.test('an existing parameter is an outcome, after one request', async (test) => {
  const sent = serve([400, { __type: 'ParameterAlreadyExists', message: 'The parameter already exists.' }])
  const store = openSsmParameterStore({ ...options, maxAttempts: 3 })
  test.strictSame(await store.create('/a', value, about), { outcome: 'exists', attempts: 1 })
  test.equal(sent.length, 1)
})

await t.test('a Put reports its second attempt', async (test) => {
  const sent = serve([500, { __type: 'InternalServerError', message: 'later' }], [200, { Version: 1 }])
  const store = openSsmParameterStore({ ...options, maxAttempts: 3 })
  test.strictSame(await store.create('/a', value, about), { outcome: 'created', version: 1, attempts: 2 })
  test.equal(sent.length, 2)
})

await t.test('with maxAttempts 1, no request is repeated', async (test) => {
  const sent = serve([400, { __type: 'ThrottlingException', message: 'Rate exceeded' }])
  test.match(await failureIn(openSsmParameterStore(options).get([{ name: '/a' }])), { code: 'THROTTLED' })
  test.equal(sent.length, 1)
})

const denied =
  'User: arn:aws:sts::111122223333:assumed-role/app is not authorized to perform: ssm:GetParameters'
const errors: readonly (readonly [status: number, body: unknown, failure: object])[] = [
  [400, { __type: 'AccessDeniedException', Message: denied }, { code: 'ACCESS_DENIED', detail: denied }],
  [400, { __type: 'com.amazon.coral.service#ThrottlingException' }, { code: 'THROTTLED' }],
  [400, { __type: 'ExpiredTokenException', message: 'expired' }, { code: 'CREDENTIALS_REFUSED' }],
  [400, { __type: 'ValidationException', message: 'Names' }, { code: 'INVALID_NAME', detail: 'Names' }],
  [400, { __type: 'InvalidKeyId', message: 'the key is disabled' }, { code: 'REFUSED' }],
  [500, { __type: 'InternalServerError', message: 'later' }, { code: 'UNREACHABLE' }],
  [503, {}, { code: 'UNREACHABLE' }],
  [200, {}, { code: 'BAD_ANSWER' }],
  [200, { Parameters: [{ Name: '/a', Version: 1 }] }, { code: 'BAD_ANSWER' }],
  [200, { Parameters: 'fakepassword' }, { code: 'BAD_ANSWER' }],
  [200, { Parameters: [null] }, { code: 'BAD_ANSWER' }],
  [200, '"fakepassword"', { code: 'BAD_ANSWER' }],
  [200, 'null', { code: 'BAD_ANSWER' }],
  [200, '{"Parameters":[{"Name":"/a","Value":"fakepassword', { code: 'BAD_ANSWER' }],
  [200, '<html>fakepassword</html>', { code: 'BAD_ANSWER' }],
  [403, '<html>fakepassword</html>', { code: 'BAD_ANSWER' }],
  [502, '<html>fakepassword</html>', {}],
]

for (const [status, body, failure] of errors) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  await t.test(
    `an answer of ${status} ${text.slice(0, 50)} has its own code, without its values`,
    async (test) => {
      serve([status, body])
      const error: unknown = await openSsmParameterStore(options)
        .get([{ name: '/a' }])
        .catch((caught: unknown) => caught)
      test.match(failureOf(error), failure)
      test.notMatch(inspect(error, { depth: 9, showHidden: true }), 'fakepassword')
    },
  )
}

await t.test('a Put without a version in its response has an unknown outcome', async (test) => {
  serve([200, {}])
  test.match(await failureIn(openSsmParameterStore(options).create('/a', value, about)), {
    code: 'BAD_ANSWER',
  })
})

await t.test('a rejected Put does not show the value that the response quotes', async (test) => {
  serve([400, { __type: 'ValidationException', message: "Value 'fakepassword' at 'value' is too long" }])
  const store = openSsmParameterStore(options)
  for (const work of [store.create('/a', value, about), store.replace('/a', value)]) {
    const error: unknown = await work.catch((caught: unknown) => caught)
    test.match(failureOf(error), { code: 'INVALID_NAME' })
    test.notMatch(inspect(error, { depth: 9, showHidden: true }), 'fakepassword')
  }
})

for (const region of [undefined, '']) {
  await t.test(
    `where AWS_REGION is ${region === undefined ? 'not set' : 'empty'}, the SDK looks for one and finds none`,
    async (test) => {
      const { region: _, ...rest } = options
      const before = { ...process.env }
      test.teardown(() => (process.env = before))
      process.env = { ...before, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
      delete process.env['AWS_REGION']
      if (region !== undefined) process.env['AWS_REGION'] = region
      test.match(await failureIn(openSsmParameterStore(rest).get([{ name: '/a' }])), {
        code: 'REGION_MISSING',
      })
    },
  )
}

/** On a real socket, because nock has none that refuses or stays silent. */
async function withEndpoint(endpoint: string, requestTimeout: number): Promise<ParameterStore> {
  nock.enableNetConnect('127.0.0.1')
  return openSsmParameterStore({ ...options, endpoint, requestTimeout })
}

await t.test('a refused connection is UNREACHABLE', async (test) => {
  const store = await withEndpoint('http://127.0.0.1:1', 60_000)
  test.match(await failureIn(store.get([{ name: '/a' }])), { code: 'UNREACHABLE', message: /ECONNREFUSED/ })
  test.match(await failureIn(store.create('/a', value, about)), { code: 'UNREACHABLE' })
})

const silences: readonly (readonly [title: string, answer: string])[] = [
  ['does not answer', ''],
  ['stops in the middle of its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Parameters"'],
]

for (const [title, answer] of silences) {
  await t.test(`a store that ${title} is aborted in time`, async (test) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => socket.write(answer))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    test.teardown(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const store = await withEndpoint(`http://127.0.0.1:${port}`, 100)
    test.match(await failureIn(store.get([{ name: '/a' }])), { code: /^(UNREACHABLE|BAD_ANSWER)$/ })
  })
}

await t.test('if beforeSending throws, nothing is sent', async (test) => {
  const sent = serve([200, { Version: 1 }])
  let allowed = false
  const beforeSending = () => {
    if (!allowed) throw failed({ code: 'ABANDONED', message: 'no more' })
  }
  const store = openSsmParameterStore({ ...options, beforeSending })
  test.match(await failureIn(store.create('/a', value, about)), { code: 'ABANDONED', message: 'no more' })
  test.equal(sent.length, 0)
  allowed = true
  test.match(await store.create('/a', value, about), { outcome: 'created' })
})

/** What init reads Secrets Manager with: the contract, and what may go wrong on the way. */
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { openAwsCall } from '../aws/aws-call.ts'
import { openHttp } from '../http/http-exchange.ts'
import { failureOf } from '../failure.ts'
import { type Fault, internalError } from '../fake-ssm/faults.ts'
import { type FakeSsmServerOptions, startFakeSsm } from '../fake-ssm/server.ts'
import { runSecretReaderContract } from './secret-reader.contract.ts'
import { openSecretReader } from './secret-reader.ts'

async function start(t: Test, options: FakeSsmServerOptions = {}) {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  const call = openAwsCall({
    service: 'secretsmanager',
    region: 'eu-west-1',
    endpoint: server.endpoint,
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' }),
    requestTimeout: 60_000,
    exchange: openHttp(),
  })
  return { server, reader: openSecretReader(async () => call) }
}

async function failureIn(work: Promise<unknown>) {
  return failureOf(await work.then(String, (error: unknown) => error))
}

const contract = await start(t, { secretOf: () => 'fakesecret' })
await runSecretReaderContract(t, 'strict fake server', contract.reader, {
  put: async (name, content) => contract.server.secrets.put(name, content),
  label: async (name, id, label) => contract.server.secrets.label(name, id, label),
  markForDeletion: async (name) => contract.server.secrets.markForDeletion(name),
})

const ask = { from: 'secretsmanager', name: 'a' } as const

const wrongAnswers: readonly (readonly [title: string, answer: object | string | null])[] = [
  ['no JSON', '<html>fakepassword</html>'],
  ['null', null],
  ['nothing', {}],
  ['no value', { Name: 'a' }],
  ['another name', { Name: 'b', SecretString: 'fakepassword' }],
  ['a name in another case', { Name: 'A', SecretString: 'fakepassword' }],
  ['a number', { Name: 'a', SecretString: 1 }],
  ['no base64', { Name: 'a', SecretBinary: 'fakepassword!' }],
  ['base64 of another alphabet', { Name: 'a', SecretBinary: '_-__' }],
  ['too much text', { Name: 'a', SecretString: 'k'.repeat(65_537) }],
  ['too much text in bytes', { Name: 'a', SecretString: '\u00e9'.repeat(32_769) }],
  ['too many bytes', { Name: 'a', SecretBinary: Buffer.alloc(65_537).toString('base64') }],
]
for (const [title, answer] of wrongAnswers) {
  t.test(`a response that is not one: ${title}`, async (t) => {
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
    const { reader } = await start(t, { fault: () => ({ kind: 'malformed', body }) })
    const error: unknown = await reader.get(ask).catch((caught: unknown) => caught)
    t.match(failureOf(error), { code: 'BAD_ANSWER' })
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), 'fakepassword')
  })
}

t.test('a description is of the secret that was requested, and has versions or none', async (t) => {
  const answers = ['null', '{}', '{"Name":"b"}', '{"Name":"a"}', '{"Name":"a","VersionIdsToStages":{"x":1}}']
  const { reader } = await start(t, {
    fault: ({ index }) => ({ kind: 'malformed', body: answers[index] ?? '' }),
  })
  for (let bad = 0; bad < 3; bad++) t.match(await failureIn(reader.exists(ask)), { code: 'BAD_ANSWER' })
  t.equal(await reader.exists(ask), false, 'a secret without a value')
  t.equal(await reader.exists(ask), false)
})

t.test('a response with another version is not the one that was requested', async (t) => {
  const answer = { Name: 'a', VersionId: 'x', VersionStages: ['AWSCURRENT'], SecretString: 'fakepassword' }
  const { reader } = await start(t, {
    fault: () => ({ kind: 'malformed', body: JSON.stringify(answer) }),
  })
  t.equal((await reader.get(ask))?.value.reveal(), 'fakepassword')
  t.match(await failureIn(reader.get({ ...ask, label: 'AWSPREVIOUS' })), { code: 'BAD_ANSWER' })
  t.match(await failureIn(reader.get({ ...ask, version: 'y' })), { code: 'BAD_ANSWER' })
})

const faults: readonly (readonly [fault: Fault, failure: object])[] = [
  [{ kind: 'reset' }, { code: 'UNREACHABLE', service: 'Secrets Manager' }],
  [{ kind: 'truncated' }, { code: 'UNREACHABLE' }],
  [internalError, { code: 'UNREACHABLE', message: /^GetSecretValue: Secrets Manager at .* failed/ }],
  [{ kind: 'error', status: 400, type: 'ThrottlingException' }, { code: 'THROTTLED' }],
  [{ kind: 'error', status: 400, type: 'ExpiredTokenException' }, { code: 'CREDENTIALS_REFUSED' }],
  [
    { kind: 'error', status: 400, type: 'ValidationException' },
    { code: 'INVALID_NAME', message: /Secrets Manager rejected the name/ },
  ],
  [
    { kind: 'error', status: 400, type: 'DecryptionFailure' },
    { code: 'REFUSED', deniedBy: 'KMS', message: /the KMS key cannot be used/, hint: /enable the KMS key/ },
  ],
  [
    { kind: 'error', status: 400, type: 'InvalidRequestException', message: 'it was marked for deletion.' },
    { code: 'REFUSED', hint: /marked for deletion: restore it/ },
  ],
]
for (const [fault, failure] of faults) {
  t.test(`a call that fails: ${JSON.stringify(fault)}`, async (t) => {
    const { reader, server } = await start(t, { fault: ({ index }) => (index === 0 ? fault : undefined) })
    server.secrets.put('a', 'fakepassword')
    t.match(await failureIn(reader.get(ask)), failure)
    t.equal((await reader.get(ask))?.value.reveal(), 'fakepassword', 'the next call is whole')
  })
}

t.test('a denied secret may be missing; a denied key is one of KMS', async (t) => {
  const denied = new Set<string>(['secretsmanager:GetSecretValue'])
  const { reader, server } = await start(t, { denied: ({ action }) => denied.has(action) })
  server.secrets.put('a', 'fakepassword')
  const failure = await failureIn(reader.get(ask))
  t.match(failure, {
    code: 'ACCESS_DENIED',
    deniedBy: 'IAM',
    role: 'cluster-app-role',
    message: 'GetSecretValue: the secret is missing or not granted (AccessDeniedException)',
  })
  t.match(failure?.detail, /:secret:a-[A-Za-z0-9]{6} /)
  t.equal(await reader.exists(ask), true, 'DescribeSecret is another permission')
  denied.clear()
  denied.add('kms:Decrypt')
  t.match(await failureIn(reader.get(ask)), {
    code: 'ACCESS_DENIED',
    deniedBy: 'KMS',
    message: /access is denied/,
  })
})

t.test('one signed request for each secret', async (t) => {
  const { reader, server } = await start(t, { secretOf: () => 'fakesecret' })
  const id = server.secrets.put('a', 'fakepassword')
  await reader.get({ ...ask, label: 'AWSCURRENT' })
  await reader.get({ ...ask, version: id })
  t.match(server.calls, [
    { action: 'GetSecretValue', names: ['a'], accessKeyId: 'AKIDEXAMPLE' },
    { action: 'GetSecretValue', names: ['a'] },
  ])
  const wrong = await start(t, { secretOf: () => 'another secret' })
  t.match(await failureIn(wrong.reader.get(ask)), { code: 'CREDENTIALS_REFUSED' })
})

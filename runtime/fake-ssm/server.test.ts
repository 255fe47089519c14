/** The fake server, held to the contract of every store through the store that speaks to AWS, and its own strictness. */
import t, { type Test } from 'tap'
import { failureOf } from '../failure.ts'
import { runParameterStoreContract } from '../store/parameter-store.contract.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import { secretValue } from '../secret-value.ts'
import { openSsmParameterStore } from '../store/ssm-parameter-store.ts'
import { type Fault, faultsByChance, internalError } from './faults.ts'
import { type FakeSsmServerOptions, startFakeSsm } from './server.ts'

const about = { description: 'made by a test' }

async function start(t: Test, options: FakeSsmServerOptions = {}, accessKeyId = 'AKIDEXAMPLE') {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  const store = openSsmParameterStore({
    region: 'eu-west-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId, secretAccessKey: 'fakesecret' },
    requestTimeout: 60_000,
    maxAttempts: 1,
  })
  return { server, store, send: (action: string, input: object) => send(server.endpoint, action, input) }
}

/** Past the SDK and our own checks: any call, signed as far as the server looks. */
async function send(endpoint: string, action: string, input: object, headers: Record<string, string> = {}) {
  const credential = `AKIDEXAMPLE/20260101/eu-west-1/ssm/aws4_request`
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonSSM.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      ...headers,
    },
    body: JSON.stringify(input),
  })
  const answer: unknown = await response.json()
  return { status: response.status, ...(typeof answer === 'object' ? answer : {}) }
}

async function failureIn(work: Promise<unknown>) {
  return failureOf(await work.then(String, (error: unknown) => error))
}

const { store: contractStore } = await start(t)
let stores = 0
await runParameterStoreContract(t, 'strict fake server', () => ({
  store: contractStore,
  prefix: `/store-${++stores}`,
}))

const deep = (levels: number) => '/a'.repeat(levels)
const arnPrefix = 'arn:aws:ssm:eu-west-1:111122223333:parameter'
const longest = (more = 0) => `/${'x'.repeat(1011 - arnPrefix.length - 1 + more)}`

const names: readonly (readonly [title: string, name: string, taken: boolean])[] = [
  ['a name without slashes', 'db.password', true],
  ['every character that there is', '/azAZ09/_.-', true],
  ['15 levels', deep(15), true],
  ['16 levels', deep(16), false],
  ['1,011 characters with the ARN', longest(), true],
  ['1,012 characters with the ARN', longest(1), false],
  ['a path without a leading slash', 'a/b', false],
  ['an empty segment', '/a//b', false],
  ['a slash at the end', '/a/', false],
  ['a space', '/a b', false],
  ['an umlaut', '/\u00e4', false],
  ['aws at the start', '/aws/a', false],
  ['SSM at the start, in capitals', 'SSMthing', false],
  ['aws further on', '/a/aws', true],
  ['an ARN', `${arnPrefix}/a`, false],
]
t.test('names', async (t) => {
  const { send: call } = await start(t)
  for (const [title, name, taken] of names) {
    const put = await call('PutParameter', { Name: name, Value: 'x', Type: 'String' })
    t.equal(put.status, taken ? 200 : 400, `${title}: ${taken ? 'stored' : 'not stored'}`)
    const got = await call('GetParameters', { Names: ['/fine', name] })
    t.match(got, taken ? { status: 200 } : { status: 400, __type: 'ValidationException' }, `${title}: read`)
  }
})

const calls: readonly (readonly [title: string, names: readonly unknown[]])[] = [
  ['no name', []],
  ['eleven names', Array.from({ length: 11 }, (_, index) => `/n${index}`)],
  ['one name twice', ['/a', '/a']],
  ['one name twice, once without its slash', ['/a', 'a']],
  ['two selectors of a name', ['/a:1', '/a:2']],
  ['an empty selector', ['/a:']],
  ['two selectors at once', ['/a:1:2']],
]
t.test('calls that are refused as a whole', async (t) => {
  const { send: call } = await start(t)
  for (const [title, some] of calls) {
    t.match(
      await call('GetParameters', { Names: some }),
      { status: 400, __type: 'ValidationException' },
      title,
    )
  }
})

t.test('versions and labels', async (t) => {
  const { server, send: call } = await start(t)
  server.put('/a', 'first')
  server.put('/a', 'second')
  server.stored.label('/a', 1, 'blue')
  const get = async (name: string) => await call('GetParameters', { Names: [name], WithDecryption: true })
  t.match(await get('/a'), { Parameters: [{ Name: '/a', Value: 'second', Version: 2 }] })
  t.match(await get('/a:1'), { Parameters: [{ Name: '/a', Selector: ':1', Value: 'first', Version: 1 }] })
  t.match(await get('/a:blue'), { Parameters: [{ Name: '/a', Selector: ':blue', Value: 'first' }] })
  t.match(await get('/a:7'), { Parameters: [], InvalidParameters: ['/a:7'] })
  t.match(await get('a'), { Parameters: [{ Name: 'a' }] }, 'a name is returned as it was requested')
  const encrypted = await call('GetParameters', { Names: ['/a'] })
  t.notMatch(JSON.stringify(encrypted), 'second', 'without decryption the value does not come')
})

const put = { Name: '/a', Type: 'SecureString' }
const sizes: readonly (readonly [bytes: number, tier: string | undefined, stored: string | undefined])[] = [
  [4096, undefined, 'Standard'],
  [4097, undefined, undefined],
  [4096, 'Intelligent-Tiering', 'Standard'],
  [4097, 'Intelligent-Tiering', 'Advanced'],
  [8192, 'Intelligent-Tiering', 'Advanced'],
  [8193, 'Intelligent-Tiering', undefined],
  [1, 'Advanced', 'Advanced'],
  [8193, 'Advanced', undefined],
  [1, 'Cheapest', undefined],
  [0, 'Standard', undefined],
]
for (const [bytes, tier, stored] of sizes) {
  t.test(`${bytes} bytes in tier ${tier ?? 'by default'}: ${stored ?? 'refused'}`, async (t) => {
    const { send: call } = await start(t)
    const answer = await call('PutParameter', {
      ...put,
      Value: 'k'.repeat(bytes),
      ...(tier ? { Tier: tier } : {}),
    })
    t.match(answer, stored ? { Version: 1, Tier: stored } : { status: 400, __type: 'ValidationException' })
  })
}

const puts: readonly (readonly [title: string, input: object, type: string])[] = [
  ['an existing one without Overwrite', { ...put, Value: 'x' }, 'ParameterAlreadyExists'],
  ['another type', { ...put, Type: 'String', Value: 'x', Overwrite: true }, 'HierarchyTypeMismatchException'],
  ['tags and Overwrite', { ...put, Value: 'x', Overwrite: true, Tags: [] }, 'ValidationException'],
  ['no type', { Name: '/new', Value: 'x' }, 'ValidationException'],
  ['a key for plain text', { Name: '/new', Type: 'String', Value: 'x', KeyId: 'alias/a' }, 'InvalidKeyId'],
  ['too many levels', { ...put, Name: deep(16), Value: 'x' }, 'HierarchyLevelLimitExceededException'],
  ['one more than there may be', { ...put, Name: '/new', Value: 'x' }, 'ParameterLimitExceeded'],
]
for (const [title, input, type] of puts) {
  t.test(`a Put of ${title}: ${type}`, async (t) => {
    const { server, send: call } = await start(t, { limit: 1 })
    server.put('/a', 'first')
    t.match(await call('PutParameter', input), { status: 400, __type: type })
    t.equal(server.stored.newest('/a')?.value, 'first')
  })
}

t.test('what is not signed, signed for elsewhere or unknown is refused', async (t) => {
  const { server, send: call } = await start(t)
  t.match(await send(server.endpoint, 'GetParameters', { Names: ['/a'] }, { authorization: '' }), {
    __type: 'MissingAuthenticationTokenException',
  })
  const elsewhere = `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`
  t.match(await send(server.endpoint, 'GetParameters', { Names: ['/a'] }, { authorization: elsewhere }), {
    __type: 'InvalidSignatureException',
  })
  t.match(await call('GetParametersByPath', { Path: '/' }), { __type: 'UnknownOperationException' })
})

t.test('one denied name fails its whole call, with the message of IAM or KMS', async (t) => {
  const { server, store } = await start(t, {
    denied: ({ action, name }) =>
      (name === '/iam' && action === 'ssm:GetParameters') || (name === '/kms' && action === 'kms:Decrypt'),
  })
  for (const name of ['/a', '/iam', '/kms']) server.put(name, 'fakepassword')
  const ask = (other: string) => failureIn(store.get([{ name: '/a' }, { name: other }]))
  t.match(await ask('/iam'), {
    code: 'ACCESS_DENIED',
    detail: /not authorized to perform: ssm:GetParameters on resource: .*:parameter\/iam/,
  })
  t.match(await ask('/kms'), { code: 'ACCESS_DENIED', detail: /kms:Decrypt.*AWSKMS/ })
  t.strictSame(await store.exists(['/kms']), new Set(['/kms']), 'without decryption KMS is not called')
})

t.test('rights may differ by access key, and by what is written', async (t) => {
  const { store } = await start(
    t,
    { denied: ({ action, accessKeyId }) => action === 'kms:Encrypt' && accessKeyId === 'AKIDPOD' },
    'AKIDPOD',
  )
  t.match(await failureIn(store.create('/a', secretValue('x'), about)), { code: 'ACCESS_DENIED' })
  t.match(await store.create('/a', secretValue('k'.repeat(5000)), about), { outcome: 'created' })
})

t.test('quotas, each for itself, fill again with time', async (t) => {
  let now = 0
  const { server, store } = await start(t, { readsPerSecond: 2, putsPerSecond: 1, now: () => now })
  const read = () =>
    store.exists(['/a']).then(
      () => 'read',
      (error: unknown) => failureOf(error)?.code,
    )
  t.strictSame([await read(), await read(), await read()], ['read', 'read', 'THROTTLED'])
  t.match(await store.create('/a', secretValue('x'), about), { outcome: 'created' })
  t.match(await failureIn(store.create('/b', secretValue('x'), about)), { code: 'THROTTLED' })
  now = 500
  t.strictSame([await read(), await read()], ['read', 'THROTTLED'])
  t.equal(server.calls.length, 7, 'throttled calls are recorded too')
})

t.test('a read does not see what was just written, a write does', async (t) => {
  let now = 0
  const { store, server } = await start(t, { lag: 1000, now: () => now })
  const read = async () => (await store.get([{ name: '/a' }])).found.map(({ value }) => value.reveal())
  t.match(await store.create('/a', secretValue('first'), about), { outcome: 'created' })
  t.strictSame(await read(), [])
  t.strictSame(await store.create('/a', secretValue('second'), about), { outcome: 'exists', attempts: 1 })
  now = 1000
  t.strictSame(await read(), ['first'])
  await store.replace('/a', secretValue('third'))
  t.strictSame(await read(), ['first'], 'the old version')
  server.stored.delete('/a')
  t.strictSame(await read(), ['first'], 'what is deleted is still seen, as it was a lag ago')
  t.match(await store.create('/a', secretValue('new'), about), { outcome: 'created', version: 1 })
})

const get = (store: ParameterStore) => failureIn(store.get([{ name: '/a' }]))
const faults: readonly (readonly [fault: Fault, failure: object])[] = [
  [{ kind: 'reset' }, { code: 'UNREACHABLE' }],
  [{ kind: 'answer lost' }, { code: 'UNREACHABLE' }],
  [{ kind: 'hang' }, { code: 'UNREACHABLE' }],
  [{ kind: 'trickle', every: 200 }, { code: 'UNREACHABLE' }],
  [{ kind: 'truncated' }, { code: /^(UNREACHABLE|BAD_ANSWER)$/ }],
  [{ kind: 'malformed', body: '<html>fakepassword</html>' }, { code: 'BAD_ANSWER' }],
  [internalError, { code: 'UNREACHABLE' }],
  [{ kind: 'error', status: 400, type: 'TooManyUpdates' }, { code: 'THROTTLED' }],
]
for (const [fault, failure] of faults) {
  t.test(`a fault: ${JSON.stringify(fault)}`, async (t) => {
    // Not by the number of the call: on a busy machine the first one may time out before the server has seen it.
    let isFaulty = true
    const server = await startFakeSsm({ fault: () => (isFaulty ? fault : undefined) })
    t.teardown(() => server.stop())
    const storeWithin = (requestTimeout: number) =>
      openSsmParameterStore({
        region: 'eu-west-1',
        endpoint: server.endpoint,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' },
        requestTimeout,
        maxAttempts: 1,
      })
    const isSilent = fault.kind === 'hang' || fault.kind === 'trickle'
    server.put('/a', 'fakepassword')
    t.match(await get(storeWithin(isSilent ? 100 : 60_000)), failure)
    isFaulty = false
    t.equal(await get(storeWithin(60_000)), undefined, 'the next call is whole')
  })
}

t.test('a call whose answer is lost has taken effect', async (t) => {
  const { server, store } = await start(t, { fault: () => ({ kind: 'answer lost' }) })
  t.match(await failureIn(store.create('/a', secretValue('stored'), about)), { code: 'UNREACHABLE' })
  t.equal(server.stored.newest('/a')?.value, 'stored')
})

t.test('what crossed the wire is recorded, without values', async (t) => {
  const { server, store } = await start(t, { now: () => 7 })
  await store.get([{ name: '/a', selector: '3' }, { name: '/b' }])
  await store.create('/a', secretValue('fakepassword'), about)
  const common = { at: 7, accessKeyId: 'AKIDEXAMPLE' }
  t.strictSame(server.calls, [
    { index: 0, action: 'GetParameters', names: ['/a:3', '/b'], withDecryption: true, ...common },
    { index: 1, action: 'PutParameter', names: ['/a'], ...common },
  ])
})

t.test('random faults are the same for the same seed, and about as frequent as configured', async (t) => {
  const draw = (seed: number) => {
    const fault = faultsByChance(seed, [
      [0.1, internalError],
      [0.3, { kind: 'reset' }],
    ])
    return Array.from({ length: 1000 }, () => fault()?.kind)
  }
  const drawn = draw(1)
  // Lists that differ are compared slowly.
  t.equal(draw(1).join(), drawn.join())
  t.not(draw(2).join(), drawn.join())
  const count = (kind: string) => drawn.filter((one) => one === kind).length
  t.ok(Math.abs(count('error') - 100) < 40, `${count('error')}`)
  t.ok(Math.abs(count('reset') - 300) < 60, `${count('reset')}`)
})

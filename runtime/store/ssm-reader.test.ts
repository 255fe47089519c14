/** What init reads Parameter Store with: held to the contract of every store, and to what may go wrong on the way. */
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { type Fault, internalError } from '../fake-ssm/faults.ts'
import { type FakeSsmServerOptions, startFakeSsm } from '../fake-ssm/server.ts'
import { failed, failureOf } from '../failure.ts'
import { openHttp } from '../http/http-exchange.ts'
import { runParameterStoreContract } from './parameter-store.contract.ts'
import { openAwsCall } from '../aws/aws-call.ts'
import { openSsmParameterStore } from './ssm-parameter-store.ts'
import { openSsmReader } from './ssm-reader.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret', sessionToken: 'faketoken' }

/** In milliseconds; not reached, however busy the machine is. */
const patient = 60_000

async function start(t: Test, options: FakeSsmServerOptions = {}, requestTimeout = patient) {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  const { endpoint } = server
  const exchange = openHttp()
  const callWithin = (time: number) =>
    openAwsCall({
      service: 'ssm',
      region: 'eu-west-1',
      endpoint,
      credentials: async () => credentials,
      requestTimeout: time,
      exchange,
    })
  const call = callWithin(requestTimeout)
  const patientCall = callWithin(patient)
  return {
    server,
    call,
    reader: openSsmReader(async () => call),
    /** Over the same connections. */
    patientReader: openSsmReader(async () => patientCall),
  }
}

const { server: contractServer, reader: contractReader } = await start(t)
let stores = 0
await runParameterStoreContract(t, 'reader', () => {
  const store = openSsmParameterStore({
    region: 'eu-west-1',
    endpoint: contractServer.endpoint,
    credentials,
    requestTimeout: patient,
    maxAttempts: 1,
  })
  return { store: { ...store, ...contractReader }, prefix: `/store-${++stores}` }
})

async function failureIn(work: Promise<unknown>) {
  return failureOf(await work.then(String, (error: unknown) => error))
}

const ask = [{ name: '/a' }]
const faults: readonly (readonly [
  fault: Fault,
  failure: { readonly code: string; readonly message?: RegExp },
])[] = [
  [{ kind: 'reset' }, { code: 'UNREACHABLE', message: /ECONNRESET/ }],
  [{ kind: 'answer lost' }, { code: 'UNREACHABLE' }],
  [{ kind: 'hang' }, { code: 'UNREACHABLE', message: /TimeoutError/ }],
  [
    { kind: 'late', after: 400 },
    { code: 'UNREACHABLE', message: /TimeoutError/ },
  ],
  [
    { kind: 'trickle', every: 40 },
    { code: 'UNREACHABLE', message: /TimeoutError/ },
  ],
  [{ kind: 'truncated' }, { code: 'UNREACHABLE' }],
  [{ kind: 'malformed', body: '<html>fakepassword</html>' }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: '<html>fakepassword</html>', status: 503 }, { code: 'UNREACHABLE' }],
  [{ kind: 'malformed', body: '<html>fakepassword</html>', status: 403 }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: '"fakepassword"' }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: 'null' }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: '{}' }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: '{"Parameters":"fakepassword"}' }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: '{"Parameters":[{"Name":"/a","Value":"fakepassword' }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: `{"x":"${'fakepassword'.repeat(100_000)}"}` }, { code: 'BAD_ANSWER' }],
  [{ kind: 'malformed', body: 'null', status: 429 }, { code: 'THROTTLED' }],
  [internalError, { code: 'UNREACHABLE' }],
  [{ kind: 'error', status: 503, type: 'ServiceUnavailable' }, { code: 'UNREACHABLE' }],
  [
    { kind: 'error', status: 400, type: 'com.amazon.coral.service#ThrottlingException' },
    { code: 'THROTTLED' },
  ],
  [{ kind: 'error', status: 400, type: 'ExpiredTokenException' }, { code: 'CREDENTIALS_REFUSED' }],
  [{ kind: 'error', status: 400, type: 'ValidationException' }, { code: 'INVALID_NAME' }],
  [{ kind: 'error', status: 400, type: 'InvalidKeyId' }, { code: 'REFUSED' }],
]
for (const [fault, failure] of faults) {
  t.test(`a call that fails: ${JSON.stringify(fault).slice(0, 80)}`, async (t) => {
    const isTimeout = String(failure.message).includes('Timeout')
    const { server, reader, patientReader } = await start(
      t,
      { fault: ({ index }) => (index === 0 ? fault : undefined) },
      isTimeout ? 150 : patient,
    )
    server.put('/a', 'fakepassword')
    const error: unknown = await reader.get(ask).catch((caught: unknown) => caught)
    t.match(failureOf(error), failure)
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), 'fakepassword')
    t.equal((await patientReader.get(ask)).found[0]?.value.reveal(), 'fakepassword', 'the next call is whole')
  })
}

t.test('a refused connection is UNREACHABLE', async (t) => {
  const call = openAwsCall({
    service: 'ssm',
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: async () => credentials,
    requestTimeout: patient,
    exchange: openHttp(),
  })
  t.match(await failureIn(openSsmReader(async () => call).get(ask)), {
    code: 'UNREACHABLE',
    message: /ECONNREFUSED/,
  })
})

t.test('the request that is sent is the one that was signed', async (t) => {
  const secrets: Readonly<Record<string, string>> = { AKIDEXAMPLE: 'fakesecret' }
  const { server, reader } = await start(t, { secretOf: (key) => secrets[key] })
  server.put('/a', 'fakepassword')
  t.equal((await reader.get(ask)).found.length, 1)
  const wrong = await start(t, { secretOf: () => 'another secret' })
  t.match(await failureIn(wrong.reader.get(ask)), { code: 'CREDENTIALS_REFUSED' })
  const store = openSsmParameterStore({
    region: 'eu-west-1',
    endpoint: server.endpoint,
    credentials,
    requestTimeout: patient,
    maxAttempts: 1,
  })
  t.equal((await store.get(ask)).found.length, 1, "so is it of the SDK's client")
})

t.test('one request for all names and selectors, decrypted', async (t) => {
  const { server, reader } = await start(t)
  await reader.get([{ name: '/a', selector: '3' }, { name: '/b' }])
  t.match(server.calls, [
    {
      action: 'GetParameters',
      names: ['/a:3', '/b'],
      withDecryption: true,
      accessKeyId: 'AKIDEXAMPLE',
    },
  ])
  t.equal(server.calls.length, 1)
})

t.test('connect is repeated until it succeeds, and shared by concurrent callers', async (t) => {
  const { server, call } = await start(t)
  server.put('/a', 'fakepassword')
  let connects = 0
  const reader = openSsmReader(async () => {
    if (++connects === 1) throw failed({ code: 'REGION_MISSING', message: 'no region' })
    return call
  })
  const first = await Promise.all([failureIn(reader.get(ask)), failureIn(reader.get(ask))])
  t.match(first, [{ code: 'REGION_MISSING' }, { code: 'REGION_MISSING' }])
  t.equal(connects, 1)
  await Promise.all([reader.get(ask), reader.get(ask)])
  await reader.get(ask)
  t.equal(connects, 2)
})

/** Credentials that the service rejects are fetched again, by the client of init and by that of the creator. */
import t, { type Test } from 'tap'
import { type Credentials, keepCredentials } from '../aws/aws-credentials.ts'
import { openHttp } from '../http/http-exchange.ts'
import { openAwsCall } from '../aws/aws-call.ts'
import { failureOf } from '../failure.ts'
import { type FakeSsmServerOptions, startFakeSsm } from '../fake-ssm/server.ts'
import { openSsmParameterStore } from './ssm-parameter-store.ts'
import { openSsmReader } from './ssm-reader.ts'

const requestTimeout = 20_000

/** A source whose every answer has another key: AKID1, AKID2, … */
function keys() {
  let given = 0
  const source = async (): Promise<Credentials> => ({
    accessKeyId: `AKID${++given}`,
    secretAccessKey: 'fakesecret',
    expiration: new Date(Date.now() + 3_600_000),
  })
  return keepCredentials(source)
}

const clients = {
  init: (endpoint: string) =>
    openSsmReader(async () =>
      openAwsCall({
        service: 'ssm',
        region: 'eu-west-1',
        endpoint,
        credentials: keys(),
        requestTimeout,
        exchange: openHttp(),
      }),
    ),
  creator: (endpoint: string) =>
    openSsmParameterStore({
      region: 'eu-west-1',
      endpoint,
      credentials: keys(),
      requestTimeout,
      maxAttempts: 1,
    }),
}

const rejections: Readonly<Record<string, readonly [options: FakeSsmServerOptions, code: string]>> = {
  'those of another role, which kube2iam may return first': [
    { denied: ({ accessKeyId }) => accessKeyId === 'AKID1' },
    'ACCESS_DENIED',
  ],
  ...Object.fromEntries(
    ['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidSignatureException'].map((type) => [
      `those that AWS answers with ${type}`,
      [
        {
          fault: ({ accessKeyId }) =>
            accessKeyId === 'AKID1' ? { kind: 'error', status: 400, type } : undefined,
        },
        'CREDENTIALS_REFUSED',
      ] satisfies readonly [FakeSsmServerOptions, string],
    ]),
  ),
}

async function start(t: Test, options: FakeSsmServerOptions) {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  server.put('/a', 'fakepassword')
  return server
}

for (const [client, open] of Object.entries(clients)) {
  for (const [title, [options, code]] of Object.entries(rejections)) {
    t.test(`${client}: ${title}`, async (t) => {
      const { endpoint, calls } = await start(t, options)
      const store = open(endpoint)
      const first: unknown = await store.get([{ name: '/a' }]).catch((error: unknown) => error)
      t.match(failureOf(first), { code })
      t.equal((await store.get([{ name: '/a' }])).found[0]?.value.reveal(), 'fakepassword')
      await store.get([{ name: '/a' }])
      t.strictSame(
        calls.map(({ accessKeyId }) => accessKeyId),
        ['AKID1', 'AKID2', 'AKID2'],
      )
    })
  }

  t.test(`${client}: a key of KMS that is denied is no matter of the credentials`, async (t) => {
    const { endpoint, calls } = await start(t, { denied: ({ action }) => action === 'kms:Decrypt' })
    const store = open(endpoint)
    for (let call = 0; call < 3; call++) await t.rejects(store.get([{ name: '/a' }]))
    t.ok(calls.every(({ accessKeyId }) => accessKeyId === 'AKID1'))
  })
}

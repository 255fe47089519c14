/** Errors that AWS documents as passing, of SSM and of STS: no client takes one as permanent. */
import { join } from 'node:path'
import t from 'tap'
import { openAwsCall } from '../aws/aws-call.ts'
import { webIdentityCredentials } from '../aws/credentials/web-identity-credentials.ts'
import { openHttp } from '../http/http-exchange.ts'
import { exitCodeOf, failureOf } from '../failure.ts'
import type { Fault } from '../fake-ssm/faults.ts'
import { startFakeSsm } from '../fake-ssm/server.ts'
import { secretValue } from '../secret-value.ts'
import { openSsmParameterStore } from './ssm-parameter-store.ts'
import { openSsmReader } from './ssm-reader.ts'

type Code = 'THROTTLED' | 'UNREACHABLE' | 'CREDENTIALS_REFUSED' | 'REFUSED'
type Row = readonly [name: string, status: number, code: Code]

const words = (text: string) => text.trim().split(/\s+/)
const rows = (names: string, status: number, code: Code) =>
  words(names).map((name): Row => [name, status, code])

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html, and the common errors of SSM and STS. */
const table: readonly Row[] = [
  ...rows(
    `Throttling ThrottlingException ThrottledException RequestThrottledException RequestThrottled
    TooManyRequestsException ProvisionedThroughputExceededException TransactionInProgressException
    RequestLimitExceeded BandwidthLimitExceeded LimitExceededException SlowDown PriorRequestNotComplete
    EC2ThrottledException TooManyUpdates`,
    400,
    'THROTTLED',
  ),
  ['Unheard', 429, 'THROTTLED'],
  ...rows('RequestTimeout RequestTimeoutException RequestAbortedException', 400, 'UNREACHABLE'),
  ...rows('RequestTimeout RequestTimeoutException Unheard', 408, 'UNREACHABLE'),
  ...rows('InternalError InternalFailure InternalServerError ServiceUnavailable', 400, 'UNREACHABLE'),
  ...rows('InternalError InternalFailure InternalServerError Unheard', 500, 'UNREACHABLE'),
  ...rows('ServiceUnavailable', 503, 'UNREACHABLE'),
  ...rows(
    'RequestTimeTooSkewed RequestInTheFuture RequestExpired AuthFailure SignatureDoesNotMatch',
    403,
    'CREDENTIALS_REFUSED',
  ),
  // Only a person can change these.
  ...rows('ParameterLimitExceeded ParameterMaxVersionLimitExceeded Unheard', 400, 'REFUSED'),
]

const exitCodes = { THROTTLED: 5, UNREACHABLE: 5, CREDENTIALS_REFUSED: 4, REFUSED: 4 } as const

const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' })
const about = { description: 'made by a test' }

t.test('of SSM, to init and to the creator', async (t) => {
  let fault: Fault | undefined
  const fake = await startFakeSsm({ fault: () => fault })
  t.teardown(() => fake.stop())
  const options = { region: 'eu-west-1', endpoint: fake.endpoint, credentials, requestTimeout: 60_000 }
  const reader = openSsmReader(async () => openAwsCall({ ...options, service: 'ssm', exchange: openHttp() }))
  const store = openSsmParameterStore({ ...options, maxAttempts: 1 })
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'init, GetParameters': () => reader.get([{ name: '/a' }]),
    'the creator, GetParameters': () => store.exists(['/a']),
    'the creator, PutParameter': () => store.create('/a', secretValue('fakepassword'), about),
  }
  for (const [name, status, code] of table) {
    fault = { kind: 'error', status, type: name, message: 'in the words of AWS' }
    for (const [title, call] of Object.entries(calls)) {
      const failure = failureOf(await call().catch((error: unknown) => error))
      t.equal(failure?.code, code, `${title}: ${name}, status ${status}`)
      t.equal(exitCodeOf(failure), exitCodes[code])
    }
  }
})

t.test('of STS', async (t) => {
  const tokenFile = join(t.testdir({ token: 'fakeidentity' }), 'token')
  for (const [name, status, code] of table) {
    const body = `<ErrorResponse><Error><Code>${name}</Code><Message>in the words of AWS</Message></Error></ErrorResponse>`
    const source = webIdentityCredentials({
      tokenFile,
      roleArn: 'arn:aws:iam::111122223333:role/app',
      sessionName: 'kees',
      endpoint: async () => 'https://sts.eu-west-1.amazonaws.com',
      timeout: 500,
      exchange: async () => ({ status, headers: {}, body }),
    })
    const failure = failureOf(await source().catch((error: unknown) => error))
    t.equal(failure?.code, code, `${name}, status ${status}`)
  }
})

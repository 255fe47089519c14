import type { Env } from '../../api/settings/env.ts'
import { join } from 'node:path'
import nock from 'nock'
import { linesOf } from '../../api/diagnostic.ts'
import t from 'tap'
import { openStore, type StoreOptions } from './open-store.ts'
import { secretValue } from '../secret-value.ts'

t.before(() => {
  // Another test file of this process may have restored what nock replaces.
  if (!nock.isActive()) nock.activate()
  nock.disableNetConnect()
})
t.teardown(() => {
  nock.cleanAll()
  nock.restore()
})

const staticCredentials = () => async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' })
const options: StoreOptions = { requestTimeout: 60_000, maxAttempts: 1, credentials: staticCredentials }
const ssm = { kind: 'ssm' } as const

async function problemsOf(env: Env, own: StoreOptions = options): Promise<readonly string[]> {
  const { diagnostics = [] } = await openStore(ssm, env, own)
  return diagnostics.map((one) => linesOf(one).join(', '))
}

const good: readonly (readonly [title: string, env: Env])[] = [
  ['AWS_REGION', { AWS_REGION: 'eu-west-1' }],
  ['AWS_DEFAULT_REGION', { AWS_DEFAULT_REGION: 'us-gov-east-1' }],
  ['an empty AWS_REGION beside AWS_DEFAULT_REGION', { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-1' }],
  ['an https endpoint', { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'https://vpce.example.com' }],
  ['http to localhost', { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://localhost:4566' }],
  ['http to 127.0.0.1', { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:4566/' }],
  ['http to ::1', { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://[::1]:4566' }],
  [
    'http with ALLOW_HTTP',
    { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://moto:5000', ALLOW_HTTP: 'true' },
  ],
  ['an empty endpoint', { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: '' }],
]
for (const [title, env] of good) t.strictSame(await problemsOf(env), [], `${title} is accepted`)

const regionMissing = 'AWS_REGION is missing, and the instance metadata service is disabled'
const plainHttp = (name: string, host: string) =>
  `${name} must not be a plain http:// URL of ${host}, hint: use https://, or set ALLOW_HTTP=true if the network is trusted`

const bad: readonly (readonly [title: string, env: Env, diagnostics: readonly string[]])[] = [
  ['no region and no metadata', { AWS_EC2_METADATA_DISABLED: 'true' }, [regionMissing]],
  [
    'a region that is none',
    { AWS_REGION: 'eu_west' },
    ['AWS_REGION "eu_west" is not a region such as eu-west-1'],
  ],
  [
    'a default region that is none',
    { AWS_DEFAULT_REGION: 'eu west' },
    ['AWS_DEFAULT_REGION "eu west" is not a region such as eu-west-1'],
  ],
  [
    'http to another machine',
    { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://moto:5000' },
    [plainHttp('AWS_ENDPOINT_URL', 'moto')],
  ],
  [
    'http to a name that begins like loopback',
    { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com' },
    [plainHttp('AWS_ENDPOINT_URL', '127.0.0.1.example.com')],
  ],
  [
    'another value of ALLOW_HTTP',
    { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: 'http://moto', ALLOW_HTTP: '1' },
    [plainHttp('AWS_ENDPOINT_URL_STS', 'moto')],
  ],
  [
    'several at once',
    {
      AWS_REGION: '-',
      AWS_ENDPOINT_URL: 'ftp://moto',
      AWS_ENDPOINT_URL_SSM: 'moto:5000',
      ALLOW_HTTP: 'true',
    },
    [
      'AWS_REGION "-" is not a region such as eu-west-1',
      'AWS_ENDPOINT_URL must be an https:// URL',
      'AWS_ENDPOINT_URL_SSM must be an https:// URL',
    ],
  ],
]
for (const [title, env, diagnostics] of bad) {
  t.strictSame(await problemsOf(env), diagnostics, `${title} is refused`)
}

const { credentials: _, ...onALaptop } = options
t.strictSame(
  await problemsOf({}, onALaptop),
  [],
  "without a region and with the SDK's credentials, the SDK looks for one",
)

t.test('the environment selects the store', async (t) => {
  const env = {
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: 'https://wrong.example.com',
    AWS_ENDPOINT_URL_SSM: 'https://right.example.com',
  }
  const scope = nock('https://right.example.com', {
    reqheaders: { authorization: /Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/ssm/ },
  })
  scope.post('/').reply(200, { Parameters: [], InvalidParameters: ['/a'] })
  const { store } = { store: undefined, ...(await openStore(ssm, env, options)) }
  t.strictSame(await store?.exists(['/a']), new Set())
  t.ok(scope.isDone())
})

t.test(
  'without a region in the environment, a pod takes it from the instance metadata service',
  async (t) => {
    nock('http://169.254.169.254').put('/latest/api/token').reply(200, 'token')
    nock('http://169.254.169.254').get('/latest/meta-data/placement/region').reply(200, 'eu-west-3')
    const scope = nock('https://ssm.eu-west-3.amazonaws.com')
    scope.post('/').reply(200, { Parameters: [], InvalidParameters: ['/a'] })
    const { store } = { store: undefined, ...(await openStore(ssm, {}, options)) }
    t.strictSame(await store?.exists(['/a']), new Set())
    t.ok(scope.isDone())
  },
)

t.test('the file store needs no AWS variables', async (t) => {
  const folder = join(t.testdir(), 'store')
  const opened = await openStore({ kind: 'file', folder }, {}, options)
  t.strictSame(opened.diagnostics, undefined)
  if (opened.diagnostics) return
  t.match(await opened.store.create('/a', secretValue('fakepassword'), { description: '' }), {
    outcome: 'created',
  })
})

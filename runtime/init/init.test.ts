/** What init decides before and after the fetching, inside this process; test/init/init.test.ts runs it as a program. */
import nock from 'nock'
import t from 'tap'
import { helpText, version } from './config.ts'
import { type Pod, runInit as run } from './fixtures.ts'

const password = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }

t.test('secrets and resources are written, each into its file', async (t) => {
  const annotations = {
    ...password,
    'resource.bsycorp.com/endpoint': 'storageKey=app/endpoint',
    'init.bsycorp.com/storage-prefix': 'prod',
  }
  const stored = { '/prod/db.password': 'fakepassword', '/prod/app/endpoint': 'https://db.example.com' }
  const { exit, secret, resource, message, log } = await run(t, { annotations, stored })
  t.equal(exit, 0)
  t.equal(secret, 'db.password=fakepassword\n')
  t.equal(resource, 'endpoint=https://db.example.com\n')
  t.equal(message, '', 'no termination message')
  t.match(log, [
    { level: 'info', message: 'fetching the declared parameters', declarations: 2 },
    { level: 'info', message: 'the files are written', values: 2 },
  ])
})

t.test('of what is not declared there is no file', async (t) => {
  const { secret, resource } = await run(t, {
    annotations: password,
    stored: { '/db.password': 'fakepassword' },
  })
  t.equal(secret, 'db.password=fakepassword\n')
  t.equal(resource, undefined)
})

const nothing: readonly (readonly [title: string, annotations: Readonly<Record<string, string>>])[] = [
  ['no annotation at all', {}],
  ['no annotation of ours', { 'iam.amazonaws.com/role': 'app' }],
  ['a setting alone', { 'init.bsycorp.com/storage-prefix': '/prod' }],
]
for (const [title, annotations] of nothing) {
  t.test(`with ${title}, init succeeds and writes nothing, with any store`, async (t) => {
    const { exit, secret, message } = await run(t, { annotations, env: { KEES_STORE: 'ssm' } })
    t.strictSame([exit, secret, message], [0, undefined, ''])
  })
}

t.test('a warning is logged and does not stop the pod', async (t) => {
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD,foo=bar' }
  const { exit, log } = await run(t, { annotations, stored: { '/db.password': 'fakepassword' } })
  t.equal(exit, 0)
  t.match(log[0], { level: 'warn', annotation: 'secret.bsycorp.com/db.password', code: 'UNKNOWN_ATTRIBUTE' })
})

type Failing = readonly [title: string, pod: Pod, exit: number, messages: readonly RegExp[]]
const failing: readonly Failing[] = [
  [
    'everything wrong with the environment and the annotations is said at once',
    {
      annotations: { ...password, 'secret.bsycorp.com/x': 'kind=STATIC', 'lease.bsycorp.com/y': '' },
      env: { KEES_STORE: 'ssm', AWS_ENDPOINT_URL: 'http://moto', AWS_EC2_METADATA_DISABLED: 'true' },
    },
    2,
    [
      /^AWS_REGION is missing/,
      /^AWS_ENDPOINT_URL must not be a plain http:\/\/ URL of moto/,
      /^annotation lease\.bsycorp\.com\/y: lease is not supported, and will not be/,
      /^annotation secret\.bsycorp\.com\/x: /,
      /^annotation secret\.bsycorp\.com\/x: /,
    ],
  ],
  [
    'wrong variables of the store are said beside those of init',
    {
      annotations: password,
      env: { KEES_STORE: 'ssm', DEADLINE: 'soon', LOG_LEVEL: 'loud', AWS_REGION: '-' },
    },
    2,
    [/^DEADLINE "soon" /, /^LOG_LEVEL "loud" /, /^AWS_REGION "-" is not a region/],
  ],
  [
    'credentials with a line break, and a half of others',
    {
      annotations: password,
      env: {
        KEES_STORE: 'ssm',
        AWS_REGION: 'eu-west-1',
        AWS_SESSION_TOKEN: 'faketoken\n',
        AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
      },
    },
    2,
    [
      /^AWS_SESSION_TOKEN ends with a line break/,
      /^AWS_ROLE_ARN is missing, and AWS_WEB_IDENTITY_TOKEN_FILE is set/,
    ],
  ],
  [
    'an annotations file that is absent',
    {},
    2,
    [/^the annotations file ".*" \(ANNOTATIONS_FILE\) cannot be read/],
  ],
  [
    'an argument',
    { annotations: password, args: ['--verbose'] },
    2,
    [/^the argument "--verbose" is not known/],
  ],
  [
    'a refresh that is no duration',
    { annotations: password, args: ['--refresh', 'often'] },
    2,
    [/^the argument --refresh "often" is not a duration such as 5m/],
  ],
  [
    'a first set that is missing, where it is to be kept current',
    { annotations: password, args: ['--refresh', '5m'] },
    3,
    [/^annotation .*: parameter \/db\.password does not exist/],
  ],
  [
    'wrong annotations',
    { annotations: { ...password, 'secret.bsycorp.com/x': 'kind=DYNAMIC,type=RANDOM,size=1' } },
    1,
    [
      /^annotation secret\.bsycorp\.com\/x: size "1"/,
      /^annotation .*: parameter \/db\.password does not exist/,
    ],
  ],
  [
    'a missing parameter',
    { annotations: password },
    3,
    [/^annotation .*: parameter \/db\.password does not exist/],
  ],
  [
    'a store that does not exist',
    { annotations: password, env: { KEES_STORE: 'file:/nonexistent' } },
    2,
    [/the file store "\/nonexistent" does not exist/],
  ],
  [
    'a folder that is not there',
    {
      annotations: password,
      stored: { '/db.password': 'fakepassword' },
      env: { SECRETS_FILE: '/nonexistent/secret' },
    },
    6,
    [/^the folder "\/nonexistent" does not exist/],
  ],
]
for (const [title, pod, exit, messages] of failing) {
  t.test(`${title}: exit code ${exit}`, async (t) => {
    const result = await run(t, pod)
    t.equal(result.exit, exit)
    const facts = result.message?.split('\n').filter((line) => !line.startsWith('hint: '))
    t.match(facts, messages)
    t.equal(facts?.length, messages.length)
    t.match(result.log.at(-1), { level: 'error', message: 'init failed', exitCode: exit })
    t.strictSame([result.secret, result.resource], [undefined, undefined], 'nothing is written')
    t.notMatch(JSON.stringify(result), 'fakepassword')
  })
}

const checks: readonly (readonly [title: string, pod: Pod, exit: number, says: object])[] = [
  ['that are not there: exit code 6', { annotations: password }, 6, { missing: [/secret\/secret$/] }],
  ['of wrong annotations: exit code 1', { annotations: { 'secret.bsycorp.com/x': '' } }, 1, {}],
  ['with a wrong environment: exit code 2', { annotations: {}, env: { DEADLINE: 'soon' } }, 2, {}],
]
for (const [title, pod, exit, says] of checks) {
  t.test(`--check of files ${title}, and no termination message`, async (t) => {
    const result = await run(t, { ...pod, args: ['--check'] })
    t.strictSame([result.exit, result.message, result.log.length], [exit, '', 1])
    t.match(result.log[0], { level: 'error', ...says })
  })
}

t.test('--check with files of before finds them, and reports that the annotations are invalid', async (t) => {
  const files = { ...password, 'secret.bsycorp.com/x': 'kind=STATIC' }
  const result = await run(t, { annotations: files, args: ['--check'], before: true })
  t.strictSame([result.exit, result.message, result.log.length], [0, '', 1])
  t.match(result.log[0], {
    level: 'warn',
    problems: [{ text: /secret\.bsycorp\.com\/x/ }, { text: /secret\.bsycorp\.com\/x/ }],
  })
})

t.test('--check with files of before takes a declaration that is new for what it is', async (t) => {
  const files = { ...password, 'resource.bsycorp.com/x': '' }
  t.match(await run(t, { annotations: files, args: ['--check'], before: true }), { exit: 0, log: [] })
})

t.test('--check where nothing is declared finds nothing missing', async (t) => {
  t.match(await run(t, { annotations: {}, args: ['--check'] }), { exit: 0, log: [] })
})

t.test('a missing parameter means that no file is written', async (t) => {
  const annotations = { ...password, 'secret.bsycorp.com/other': 'kind=REFERENCE,type=PASSWORD' }
  const { exit, secret } = await run(t, { annotations, stored: { '/db.password': 'fakepassword' } })
  t.strictSame([exit, secret], [3, undefined])
})

t.test('messages of AWS are only in the log, because they contain ARNs', async (t) => {
  const denied = 'User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized'
  if (!nock.isActive()) nock.activate()
  nock('https://ssm.eu-west-1.amazonaws.com')
    .post('/')
    .reply(400, { __type: 'AccessDeniedException', Message: denied })
    .persist()
  t.teardown(() => {
    nock.cleanAll()
    nock.restore()
  })
  const env = {
    KEES_STORE: 'ssm',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    POD_NAME: 'app-1',
  }
  const { exit, log, message } = await run(t, { annotations: password, env })
  t.equal(exit, 4)
  t.match(log.at(-1), { pod: 'app-1', problems: [{ code: 'ACCESS_DENIED', detail: denied }] })
  t.notMatch(message, 'arn:')
  t.match(message, /access is denied to parameter \/db\.password/)
})

t.test(
  'more values than the memory limit of the container holds are refused before the kernel kills init',
  async (t) => {
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`)
    const annotations = Object.fromEntries(
      names.map((name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD'] as const),
    )
    const stored = Object.fromEntries(names.map((name) => [`/${name}`, 'fakepassword'.repeat(600)] as const))
    const memoryLimit = (16 + 2) * 2 ** 20
    const { exit, secret, message } = await run(t, { annotations, stored }, { memoryLimit })
    t.strictSame([exit, secret], [2, undefined])
    t.match(message, /^the values take more than 0\.2 MiB, .* 18\.0 MiB\nhint: raise limits\.memory .*$/)
    t.match(await run(t, { annotations, stored }, { memoryLimit: memoryLimit + 2 ** 20 }), { exit: 0 })
  },
)

t.test('a bug is named without the message, which might hold a value', async (t) => {
  const random = () => {
    throw new TypeError('fakepassword')
  }
  const result = await run(t, { annotations: password, env: { REFERENCE_WAIT: '9s' } }, { random })
  t.equal(result.exit, 70)
  t.match(result.log.at(-2), { level: 'error', error: 'TypeError', version, stack: [/init\.test\.ts/] })
  t.equal(result.message, `a bug of init ${version} (TypeError)\nhint: see the log`)
  t.notMatch(JSON.stringify(result), 'fakepassword')
})

t.test('--help and --version need no environment', async (t) => {
  t.match(await run(t, { args: ['--help'], env: { DEADLINE: 'soon' } }), {
    exit: 0,
    out: helpText(),
    log: [],
  })
  t.match(await run(t, { args: ['--version'], env: { DEADLINE: 'soon' } }), {
    exit: 0,
    out: `${version}\n`,
    log: [],
  })
})

/** The symptoms in docs/operations.md, from real runs of init: error codes, exit codes, and the fields that the page names. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { encodePrivateKey, encodePublicKey } from '../../runtime/values/rsa-key.ts'
import { mapConcurrent } from '../../runtime/scheduling/map-concurrent.ts'
import { root } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { storeFault, storeSymptoms } from './store-symptoms.ts'

t.setTimeout(180_000)

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')

type Symptom = {
  readonly code: string
  readonly exit: number
  /** The fields of the log line that the page names. */
  readonly log: RegExp
  readonly declares?: Readonly<Record<string, string>>
  readonly env?: (folder: string) => Readonly<Record<string, string>>
}

const reference = (name: string, more = '') => ({
  [`secret.bsycorp.com/${name}`]: `kind=REFERENCE,type=PASSWORD${more}`,
})
const ofStore = (code: string, exit: number, name: string, log: RegExp): Symptom => ({
  code,
  exit,
  log,
  declares: reference(name),
})
const rsa = {
  'secret.bsycorp.com/pair_private': 'kind=DYNAMIC,type=RSA,size=2048',
  'secret.bsycorp.com/pair_public': 'kind=DYNAMIC,type=RSA,size=2048',
}
const fake = await startFakeSsm({
  fault: storeFault,
})
t.teardown(async () => {
  await fake.stop()
})
fake.put('/good', 'fakepassword')
fake.put('/lines', 'fake\npassword')
fake.put('/json', String.raw`{"a":{"b":1},"empty":"","nul":"\u0000","control":"\u0001"}`)
fake.put('/mark', '\ufeff{"a":1}')
fake.put('/twice', '{"a":1,"a":2}')
fake.put('/deep', `${'['.repeat(200)}${']'.repeat(200)}`)
fake.put('/half', 'fakepassword\ud800')
fake.secrets.put('binary', Buffer.from([0, 255]))
fake.secrets.put('long', `${'x'.repeat(50_000)}\n`)
fake.put('/quote', "fake'password")
fake.put('/bytes', 'AP8=')
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
fake.put('/pair_private', encodePrivateKey(pair().privateKey))
fake.put('/pair_public', encodePublicKey(pair().publicKey))
// As with a hop limit of 1: the token does not reach the container, and is required.
const metadata = createHttp((request, response) => {
  if (request.method === 'PUT') request.socket.resetAndDestroy()
  else response.writeHead(401).end()
})
await once(metadata.listen(0, '127.0.0.1'), 'listening')
const failingAgent = createHttp((_, response) => void response.writeHead(503).end())
await once(failingAgent.listen(0, '127.0.0.1'), 'listening')
t.teardown(() => {
  metadata.closeAllConnections()
  metadata.close()
  failingAgent.closeAllConnections()
  failingAgent.close()
})
const portOf = (server: Pick<typeof metadata, 'address'>) => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
const keyless = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
const fileStore = (folder: string, mode: number) => {
  mkdirSync(join(folder, 'store'), { mode: 0o700 })
  chmodSync(join(folder, 'store'), mode)
  return { KEES_STORE: `file:${join(folder, 'store')}` }
}

const text = (attributes: string) => `kind=REFERENCE,type=TEXT,${attributes}`
const secretOf = (name: string, more: string) => text(`from=secretsmanager,storageKey=${name}${more}`)

/** Messages of the table on values of another shape, each with declarations that lead to it: the name, or `compose:` and the name. */
const shapes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'is not JSON, which jsonKey needs': { good: text('jsonKey=a') },
  'it begins with a byte order mark': { mark: text('jsonKey=a') },
  'is JSON without the member': { json: text('jsonKey=a.b') },
  'jsonKey needs a string, a number or a boolean': { json: text('jsonKey=a') },
  'two members of one name': { twice: text('jsonKey=a') },
  'which is too much for jsonKey': { deep: text('jsonKey=a') },
  'is binary, which jsonKey, decode and as cannot read': { s: secretOf('binary', ',file=a,decode=base64') },
  'is not base64': { quote: text('decode=base64') },
  'is not UTF-8 text once it is decoded': { bytes: text('decode=base64') },
  'which the format': { lines: text('storageKey=lines') },
  'is not an RSA key as kees stores it': { good: 'kind=REFERENCE,type=RSA,as=pem' },
  'is not a GPG key as kees stores it': { good: 'kind=REFERENCE,type=GPG,as=armor' },
  'which the kubelet cannot read into an environment variable': { quote: text('env=A') },
  'is empty, which the kubelet takes for missing': { json: text('jsonKey=/empty,env=A') },
  'contains a NUL character, which no environment variable can contain': { json: text('jsonKey=nul,env=A') },
  'is longer than Linux allows for an environment variable': {
    long: secretOf('long', ',deliver=none'),
    'compose:all': 'env=A,text=$(long)$(long)$(long)',
  },
  'so it cannot be a variable': { s: secretOf('binary', ',env=A') },
  'is not Unicode text': { half: text('file=a') },
  'a character that XML cannot represent': {
    json: text('jsonKey=control,deliver=none'),
    'compose:all': 'text=<a>$(json:xml)</a>',
  },
}
const ofShape = (expected: string, declarations: Readonly<Record<string, string>>): Symptom => ({
  code: 'INVALID_VALUE',
  exit: 1,
  log: new RegExp(expected),
  env: (folder) => ({
    ENV_FILE: join(folder, 'out', 'env'),
    CONTRACT: '2',
    ...(expected === 'which the format' ? { FORMAT: 'dotenv' } : {}),
  }),
  declares: Object.fromEntries(
    Object.entries(declarations).map(([name, value]) => [
      name.startsWith('compose:')
        ? `compose.bsycorp.com/${name.replace('compose:', '')}`
        : `secret.bsycorp.com/${name}`,
      value,
    ]),
  ),
})

const symptoms: Readonly<Record<string, Symptom>> = {
  ...Object.fromEntries(
    Object.entries(storeSymptoms).map(([title, { code, exit, name, log }]) => [
      title,
      ofStore(code, exit, name, log),
    ]),
  ),
  'a missing version': {
    ...ofStore('MISSING', 3, 'good', /version or label/),
    declares: reference('good', ',version=7'),
  },
  'no role': {
    ...ofStore('CREDENTIALS_MISSING', 4, 'good', /give the pod a role/),
    env: () => ({ ...keyless, AWS_EC2_METADATA_DISABLED: 'true' }),
  },
  'a hop limit of 1': {
    ...ofStore(
      'CREDENTIALS_MISSING',
      4,
      'good',
      /status 401.*"hint":"[^"]*hop limit|hop limit[^"]*".*status 401/,
    ),
    env: () => ({
      ...keyless,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${portOf(metadata)}`,
    }),
  },
  'no Pod Identity agent': {
    ...ofStore('CREDENTIALS_MISSING', 4, 'good', /"host":"127\.0\.0\.1:1".*Pod Identity agent/),
    env: () => ({ ...keyless, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/' }),
  },
  'a Pod Identity agent that fails': {
    ...ofStore(
      'UNREACHABLE',
      5,
      'good',
      /"service":"the container credentials endpoint","host":"127\.0\.0\.1:\d+"/,
    ),
    env: () => ({
      ...keyless,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${portOf(failingAgent)}/`,
    }),
  },
  'a token file that is absent': {
    ...ofStore('CREDENTIALS_MISSING', 4, 'good', /projected volume/),
    env: () => ({
      ...keyless,
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/app',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/absent/token',
    }),
  },
  'no connection': {
    ...ofStore('UNREACHABLE', 5, 'good', /ECONNREFUSED.*"service":"SSM","host":"127\.0\.0\.1:1"/),
    env: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
  },
  'a version in a file store': {
    ...ofStore('SELECTOR_UNSUPPORTED', 1, 'good', /version/),
    declares: reference('good', ',version=1'),
    env: (folder) => fileStore(folder, 0o700),
  },
  'a value that the format cannot hold': {
    ...ofStore('INVALID_VALUE', 1, 'lines', /dotenv/),
    env: () => ({ FORMAT: 'dotenv' }),
  },
  ...Object.fromEntries(
    Object.entries(shapes).map(([expected, declarations]) => [expected, ofShape(expected, declarations)]),
  ),
  'keys that do not match': { code: 'MISMATCHED_PAIR', exit: 1, log: /pair_p/, declares: rsa },
  'no region': {
    ...ofStore('REGION_MISSING', 2, 'good', /set AWS_REGION/),
    env: () => ({ AWS_REGION: '', AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' }),
  },
  'a store that others can read': {
    ...ofStore('STORE_UNSAFE', 2, 'good', /must have mode 0700/),
    env: (folder) => fileStore(folder, 0o755),
  },
  'a store that is absent': {
    ...ofStore('STORE_UNREADABLE', 2, 'good', /does not exist/),
    env: (folder) => ({ KEES_STORE: `file:${join(folder, 'absent')}` }),
  },
  'a folder that is absent': {
    ...ofStore('OUTPUT_UNWRITABLE', 6, 'good', /does not exist/),
    env: (folder) => ({ SECRETS_FILE: join(folder, 'absent', 'secret') }),
  },
  'missing, denied and unreachable: the first to fix': {
    code: 'MISSING',
    exit: 4,
    log: /"code":"ACCESS_DENIED"/,
    declares: { ...reference('iam'), ...reference('absent') },
  },
}

t.test('the page has the messages about values of another shape', async (t) => {
  const [, section = ''] = /^## Values of another shape$([^]*?)^## /m.exec(page) ?? []
  const rows = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message]) => message)
  t.strictSame(rows, Object.keys(shapes))
})

t.test('each symptom has its code, exit code and fields', async (t) => {
  const folders = t.testdir({})
  await mapConcurrent(Object.entries(symptoms), 4, async ([title, symptom]) => {
    const folder = join(folders, title.replaceAll(/\W/g, '-'))
    mkdirSync(join(folder, 'out'), { recursive: true })
    const annotations = join(folder, 'annotations')
    writeFileSync(annotations, formatAnnotationsFile(Object.entries(symptom.declares ?? {})))
    const { stderr, status } = await runBeside('init', [], {
      timeout: 60_000,
      env: {
        ANNOTATIONS_FILE: annotations,
        SECRETS_FILE: join(folder, 'out', 'secret'),
        KEES_STORE: 'ssm',
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: fake.endpoint,
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'fakesecret',
        LISTEN: 'off',
        // What is retried until then is not to wait for long; for all else, the machine may be busy.
        DEADLINE: symptom.exit === 5 ? '8s' : '60s',
        REFERENCE_WAIT: '0s',
        WAIT_TIMEOUT: '0s',
        DENIED_WAIT: '0s',
        ...symptom.env?.(folder),
      },
    })
    t.equal(status, symptom.exit, `${title}: ${stderr}`)
    t.match(stderr, `"code":"${symptom.code}"`, title)
    t.match(stderr, symptom.log, title)
  })
})

const listening = createServer()
await once(listening.listen(0, '127.0.0.1'), 'listening')
t.teardown(() => listening.close())

const kubeconfig = (server: string) =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })
const podOf = (name: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations: reference(name) },
    spec: { containers: [] },
  })
const creator = {
  ALLOW_ALL_PREFIXES: 'true',
  LEADER_ELECTION: 'false',
  AWS_REGION: 'eu-west-1',
  LISTEN: '127.0.0.1:0',
}

/** Of the columns of the creator and of the pipeline in the table of exit codes. */
const others: Readonly<
  Record<
    string,
    readonly [
      program: string,
      args: readonly string[],
      env: Readonly<Record<string, string>>,
      exit: number,
      said: RegExp,
    ]
  >
> = {
  'a kubeconfig that is none': ['creator', [], { KUBECONFIG: 'text' }, 1, /names no current context/],
  'a server without TLS': ['creator', [], { KUBECONFIG: 'plain' }, 1, /does not begin with https/],
  'a StoragePolicy that is none': [
    'creator',
    [],
    { KUBECONFIG: 'good', POLICY_FILE: 'text', ALLOW_ALL_PREFIXES: '' },
    1,
    /POLICY_FILE/,
  ],
  'a variable that is invalid': ['creator', [], { KUBECONFIG: 'good', PUT_RATE: 'x' }, 2, /PUT_RATE/],
  'a port in use': [
    'creator',
    [],
    { KUBECONFIG: 'good', LISTEN: `127.0.0.1:${portOf(listening)}` },
    2,
    /is in use|EADDRINUSE/,
  ],
  'an unknown flag': ['kees', ['put', '--absent'], {}, 2, /--absent/],
  'a store that cannot be written': [
    'kees',
    ['put', '/a', '--store', 'file:/proc/absent/store'],
    {},
    6,
    /cannot write \/a in/,
  ],
  'no permission of your own': ['kees', ['status', '-f', 'denied.yaml'], {}, 4, /denied/],
  'a missing parameter': ['kees', ['status', '-f', 'pod.yaml'], {}, 3, /missing/],
}
t.test('the other programs end with the exit codes of the page', async (t) => {
  const folder = t.testdir({
    text: 'text',
    good: kubeconfig('https://127.0.0.1:1'),
    plain: kubeconfig('http://api.example.test'),
    'pod.yaml': podOf('absent'),
    'denied.yaml': podOf('iam'),
  })
  await mapConcurrent(Object.entries(others), 3, async ([title, [program, args, env, exit, said]]) => {
    const paths = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        ['KUBECONFIG', 'POLICY_FILE'].includes(name) && value ? join(folder, value) : value,
      ]),
    )
    const ran = await runBeside(
      program,
      args.map((one) => (one.endsWith('.yaml') ? join(folder, one) : one)),
      {
        timeout: 60_000,
        input: 'fakepassword',
        env: {
          ...(program === 'creator' ? creator : {}),
          AWS_REGION: 'eu-west-1',
          AWS_ENDPOINT_URL: fake.endpoint,
          AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
          AWS_SECRET_ACCESS_KEY: 'fakesecret',
          KEES_STORE: 'ssm',
          ...paths,
        },
      },
    )
    t.equal(ran.status, exit, `${title}: ${ran.stderr}`)
    t.match(`${ran.stdout}${ran.stderr}`, said, title)
  })
})

t.test('every code of init is tried', async (t) => {
  const section = page.split('## By error code')[1]?.split('An invalid annotation')[0] ?? ''
  const rows = [...section.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) => [
    ...cell.matchAll(/`(\w+)`/g),
  ])
  const tried = new Set(Object.values(symptoms).map(({ code }) => code))
  const left = rows.map(([, code = '']) => code).filter((code) => !tried.has(code))
  // Of the creator, of the sidecar, of kees put, and in a container with a memory limit: other tests have them.
  t.strictSame(left, ['ABANDONED', 'LISTEN_REFUSED', 'STORE_UNWRITABLE', 'MEMORY_LIMIT'])
})

t.test('NODE_OPTIONS of somebody else', async (t) => {
  for (const [options, exit, said] of [
    ['--require=/absent/init', 1, 'Cannot find module'],
    ['--no-such-option', 9, 'is not allowed in NODE_OPTIONS'],
  ] as const) {
    const { status, stderr } = await runBeside('env', [`NODE_OPTIONS=${options}`, 'init'])
    t.equal(status, exit)
    t.match(stderr, said)
    t.match(page.replaceAll(/\s+/g, ' '), `\`${said}\``)
  }
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { otherRsaPair, rsaPair } from '../../runtime/values/fixtures.ts'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const publicPart = ({ publicKey }: typeof rsaPair) =>
  base64(publicKey.export({ type: 'spki', format: 'der' }))
const pair = {
  private: base64(rsaPair.privateKey.export({ type: 'pkcs8', format: 'der' })),
  public: publicPart(rsaPair),
}

/** @param declarations by name, of secrets, or of resources where they have no kind. */
function manifest(declarations: Readonly<Record<string, string>>): string {
  const annotations = Object.entries(declarations).map(([name, attributes]) => {
    const what = attributes.includes('kind=') ? 'secret' : 'resource'
    return `    ${what}.bsycorp.com/${name}: "${attributes}"`
  })
  return [
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  annotations:\n    init.bsycorp.com/storage-prefix: /prod',
    ...annotations,
    'spec:\n  containers: [{name: app, image: example/app:1.0}]\n',
  ].join('\n')
}

const scan = (values: Readonly<Record<string, string>>) =>
  JSON.stringify({
    Items: Object.entries(values).map(([name, value]) => ({
      secretName: { S: name },
      secretValue: { S: value },
    })),
  })

function setUp(t: Test, declarations: Readonly<Record<string, string>>) {
  const folder = t.testdir({ 'app.yaml': manifest(declarations) })
  const store = join(folder, 'store')
  const run = async (input: string, ...flags: readonly string[]) => {
    const io = fakeIo(input, { KEES_STORE: `file:${store}` })
    const exit = await kees(['import', '-f', join(folder, 'app.yaml'), ...flags], io)
    t.notMatch(io.said() + io.printed(), /hunter|aHVudGVy/)
    return { exit, said: io.said(), printed: io.printed() }
  }
  const stored = () =>
    Object.fromEntries(
      readdirSync(store).map((file) => [decodeURIComponent(file), readFileSync(join(store, file), 'utf8')]),
    )
  return { run, stored, folder }
}

const declarations = {
  'db.password': 'kind=REFERENCE,type=PASSWORD',
  'session.key': 'kind=DYNAMIC,type=RANDOM,size=128',
  signing_public: 'kind=DYNAMIC,type=RSA,size=2048',
  'app.url': 'storageKey=app/url',
  tls: 'kind=REFERENCE,type=TEXT,decode=base64,file=tls.p12',
}
const table = {
  '/prod/db.password': base64('hunter2'),
  '/prod/session.key': base64(Buffer.alloc(16, 1)),
  '/prod/signing_private': pair.private,
  'prod/signing_public': pair.public,
  '/prod/app/url': base64('https://example.com/?a=\u00fc'),
  '/prod/tls': base64(Buffer.from([0xff, 0])),
  '/prod/other': base64('hunter3'),
  '/prod/leases/worker.1': 'pod-1',
}

t.test(
  'the table of the Java kees is stored, decoded as kees stores it, and only what is declared',
  async (t) => {
    const { run, stored } = setUp(t, declarations)
    const first = await run(scan(table), '--decode', '-o', 'json')
    t.equal(first.exit, 0, first.said)
    t.equal(
      first.said,
      'warning: the manifests do not declare what standard input has for 2 parameters: /prod/other, /prod/leases/worker.1\n' +
        '  hint: check the storage-prefix\n',
    )
    const expected = {
      '/prod/db.password': 'hunter2',
      '/prod/session.key': table['/prod/session.key'],
      '/prod/signing_private': pair.private,
      '/prod/signing_public': pair.public,
      '/prod/app/url': 'https://example.com/?a=\u00fc',
      '/prod/tls': '/wA=',
    }
    t.strictSame(stored(), expected)
    const rows = JSON.parse(first.printed)
    t.strictSame(
      rows.map((row: { result: string }) => row.result),
      Array(6).fill('stored'),
    )
    for (const flags of [['--decode'], ['--decode', '--dry-run'], ['--decode', '--check']]) {
      const again = await run(scan(table), ...flags)
      t.equal(again.exit, 0)
      t.match(again.printed, /^PARAMETER +RESULT\n(.* exists\n){6}$/i)
    }
    const verbatim = await run(scan(table), '--check')
    t.equal(verbatim.exit, 1)
    t.match(
      verbatim.said,
      /error: each of 2 parameters has another value in the store, which was not changed: \/prod\/db\.password, \/prod\/app\/url\n {2}hint: /,
    )
  },
)

t.test('verbatim, every value is stored as it is', async (t) => {
  const { run, stored } = setUp(t, declarations)
  const {
    '/prod/other': _other,
    '/prod/leases/worker.1': _lease,
    'prod/signing_public': part,
    ...rest
  } = table
  t.equal((await run(scan(table))).exit, 0)
  t.strictSame(stored(), { ...rest, '/prod/signing_public': part })
})

t.test('what cannot be decoded is stored as it is, and named', async (t) => {
  const { run, stored } = setUp(t, {
    a: 'kind=REFERENCE,type=PASSWORD',
    b: 'storageKey=b',
    c: 'storageKey=c',
  })
  const values = { '/prod/a': 'hunter2!', '/prod/b': base64(Buffer.from([0xff])), '/prod/c': base64('x') }
  const { exit, said } = await run(scan(values), '--decode')
  t.equal(exit, 1)
  t.match(said, /error: the value of \/prod\/a is not base64: it is left as it is\n/)
  t.match(
    said,
    /error: the value of \/prod\/b decoded is not UTF-8 text: it is left as it is\n {2}hint: declare decode=base64 with file/,
  )
  t.strictSame(stored(), { ...values, '/prod/c': 'x' })
})

t.test('what is refused is in the table, and nothing says that it is stored', async (t) => {
  const { run, stored } = setUp(t, {
    json: 'kind=REFERENCE,type=TEXT,jsonKey=a',
    bytes: 'kind=REFERENCE,type=TEXT,decode=base64',
    large: 'storageKey=large',
    k_private: 'kind=DYNAMIC,type=RSA,size=2048',
    left: 'storageKey=left',
  })
  const values = {
    '/prod/json': 'hunter!',
    '/prod/bytes': 'hunter!',
    '/prod/large': 'x'.repeat(8193),
    '/prod/k_private': pair.private,
    '/prod/k_public': publicPart(otherRsaPair),
    '/prod/left': 'hunter!',
  }
  const results = { import: 'stored', '--dry-run': 'would be stored', '--check': 'exists' }
  for (const mode of ['--dry-run', 'import', '--check'] as const) {
    const flags = mode === 'import' ? [] : [mode]
    const { exit, said, printed } = await run(scan(values), '--decode', '-o', 'json', ...flags)
    t.equal(exit, 1)
    t.match(said, /the value of \/prod\/json is not base64: it is left as it is\n/)
    t.match(said, /secret\.bsycorp\.com\/bytes: .* is not base64/)
    t.notMatch(said, /is stored/)
    const rows: readonly { parameter: string; result: string }[] = JSON.parse(printed)
    t.strictSame(Object.fromEntries(rows.map(({ parameter, result }) => [parameter, result])), {
      ...Object.fromEntries(Object.keys(values).map((name) => [name, 'not stored'])),
      '/prod/left': results[mode],
    })
  }
  t.strictSame(stored(), { '/prod/left': 'hunter!' })
})

t.test('parts that do not match, or lack the first one, are not stored', async (t) => {
  const { run, stored } = setUp(t, {
    k_private: 'kind=DYNAMIC,type=RSA,size=2048',
    l_public: 'kind=DYNAMIC,type=RSA,size=2048',
    m_consumer: 'kind=DYNAMIC,type=RANDOM,size=128',
    n: 'kind=DYNAMIC,type=RANDOM,size=128',
    o: 'kind=DYNAMIC,type=RANDOM,size=128',
  })
  const values = {
    '/prod/k_private': pair.private,
    '/prod/k_public': publicPart(otherRsaPair),
    '/prod/l_public': pair.public,
    '/prod/m_consumer': 'eA==',
    '/prod/m_provider': 'eQ==',
    '/prod/n': base64('n'),
  }
  const { exit, said } = await run(scan(values))
  t.equal(exit, 1)
  t.match(
    said,
    /error: the value of \/prod\/k_private and of \/prod\/k_public do not match: they were not stored/,
  )
  t.match(
    said,
    /error: the value of \/prod\/l_public belongs to \/prod\/l_private, which is not there: it was not stored/,
  )
  t.match(
    said,
    /error: the value of \/prod\/m_consumer and of \/prod\/m_provider do not match: [^]*hint: kees stores one value under both names/,
  )
  t.match(said, /warning: standard input has no value for \/prod\/o\n/)
  t.strictSame(stored(), { '/prod/n': base64('n') })
})

t.test('values that the workloads cannot use, or the store cannot hold, are not stored', async (t) => {
  const { run, stored } = setUp(t, {
    user: 'kind=REFERENCE,type=TEXT,storageKey=db,jsonKey=username',
    pinned: 'kind=REFERENCE,type=TEXT,storageKey=pinned,version=3,jsonKey=username',
    empty: 'storageKey=empty',
    large: 'storageKey=large',
  })
  const { exit, said } = await run(
    JSON.stringify({
      'prod/db': 'hunter2',
      'prod/pinned': 'x',
      'prod/empty': '',
      'prod/large': 'x'.repeat(8193),
    }),
  )
  t.equal(exit, 1)
  t.match(
    said,
    /app\.yaml:7:5: error: Pod\/app annotation secret\.bsycorp\.com\/user: .* is not JSON, which jsonKey needs/,
  )
  t.match(said, /the value of \/prod\/empty is empty: it was not stored/)
  t.match(said, /the value of \/prod\/large has 8193 bytes, SSM allows at most 8192: it was not stored/)
  t.strictSame(stored(), { '/prod/pinned': 'x' })
})

t.test('--check exits with 3 for what does not exist, and stores nothing', async (t) => {
  const { run, stored, folder } = setUp(t, { a: 'storageKey=a', b: 'storageKey=b' })
  t.equal((await run('{"prod/a": "x"}')).exit, 0)
  const { exit, said } = await run('{"prod/a": "x", "prod/b": "y"}', '--check')
  t.equal(exit, 3)
  t.match(said, /^error: \/prod\/b does not exist in the store\n {2}hint: run the command without --check\n$/)
  t.strictSame(stored(), { '/prod/a': 'x' })
  t.ok(folder)
})

const usage: readonly (readonly [
  title: string,
  input: string | undefined,
  flags: string[],
  exit: number,
  said: RegExp,
])[] = [
  ['a terminal', undefined, [], 2, /is a terminal/],
  [
    'manifests on standard input',
    '{}',
    ['-f', '-'],
    2,
    /standard input has the values\n {2}hint: name a file/,
  ],
  ['both ways not to store', '{}', ['--check', '--dry-run'], 2, /--check and --dry-run exclude each other/],
  [
    'several errors at once',
    '[]',
    ['--check', '--dry-run', '--store', 'x'],
    2,
    /exclude[^]*not a JSON object[^]*--store/,
  ],
  [
    'a dump that is none',
    'ITEMS',
    [],
    1,
    /standard input is not JSON\n {2}hint: pipe in the output of aws dynamodb scan/,
  ],
  ['a rate that is none', '{}', ['--store', 'ssm'], 2, /PUT_RATE "fast" must be a number/],
]
for (const [title, input, flags, exit, said] of usage) {
  t.test(`${title}: nothing is stored`, async (t) => {
    const folder = t.testdir({ 'app.yaml': manifest({ a: 'storageKey=a' }) })
    const io = fakeIo(input, {
      KEES_STORE: `file:${folder}/store`,
      PUT_RATE: 'fast',
      AWS_REGION: 'eu-west-1',
    })
    const env = title === 'a rate that is none' ? io : { ...io, env: { ...io.env, PUT_RATE: '' } }
    t.equal(await kees(['import', '-f', join(folder, 'app.yaml'), ...flags], env), exit)
    t.match(io.said(), said)
    t.equal(io.printed(), '')
    t.strictSame(readdirSync(folder), ['app.yaml'])
  })
}

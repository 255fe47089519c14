import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

await t.test('a value is stored once, without its last line end, and never printed', async (t) => {
  const store = join(t.testdir(), 'store')
  const env = { KEES_STORE: `file:${store}` }
  const stored = () => readFileSync(join(store, '%2Fdb.password'), 'utf8')
  const first = fakeIo('hunter2\n', env)
  t.equal(await kees(['put', 'db.password'], first), 0)
  t.equal(first.printed(), '/db.password stored\n')
  t.equal(stored(), 'hunter2')
  const second = fakeIo('hunter3', env)
  t.equal(await kees(['put', '/db.password'], second), 1)
  t.match(
    second.said(),
    /^error: \/db\.password exists already: nothing was stored\n {2}hint: replace it by --overwrite\n$/,
  )
  t.equal(stored(), 'hunter2')
  const third = fakeIo('hunter3\r\n', env)
  t.equal(await kees(['put', '/db.password', '--overwrite'], third), 0)
  t.equal(stored(), 'hunter3')
  t.notMatch([first, second, third].map((io) => io.printed() + io.said()).join(), /hunter/)
})

const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

await t.test('what is stored or replaced is encrypted with the key of KMS_KEY_ID', async (t) => {
  const puts: unknown[] = []
  const server = createServer(async (request, response) => {
    puts.push(JSON.parse(await text(request)))
    response.end('{"Version": 1}')
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  const before = { ...process.env }
  t.teardown(() => (process.env = before))
  // The AWS SDK itself looks for credentials.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'fakesecret' })
  const env = {
    AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    AWS_REGION: 'eu-west-1',
    KMS_KEY_ID: key,
  }
  t.equal(await kees(['put', 'a'], fakeIo('fakepassword', env)), 0)
  t.equal(await kees(['put', 'a', '--overwrite'], fakeIo('fakepassword', env)), 0)
  t.match(puts, [
    { Overwrite: false, KeyId: key },
    { Overwrite: true, KeyId: key },
  ])
  const alias = fakeIo('fakepassword', { ...env, KMS_KEY_ID: 'alias/mine' })
  t.equal(await kees(['put', 'a'], alias), 2)
  t.match(alias.said(), /^error: KMS_KEY_ID "alias\/mine" must be the ARN of a key/)
})

const errorCases: readonly (readonly [
  title: string,
  args: string[],
  value: string | Buffer | undefined,
  said: RegExp,
])[] = [
  ['an empty value', ['a'], '\n', /is empty/],
  ['a value that is no text', ['a'], Buffer.from([0xff, 0xfe]), /is not UTF-8 text/],
  ['a value of PowerShell', ['a'], '\ufefffakepassword', /begins with a byte order mark/],
  ['a value that is too large', ['a'], 'x'.repeat(8193), /has 8193 bytes, SSM allows at most 8192/],
  ['a terminal', ['a'], undefined, /is a terminal\n {2}hint: kees put NAME < FILE/],
  ['no name', [], 'x', /name of the parameter is missing/],
  ['two names', ['a', 'b'], 'x', /only one name/],
  ['a name that SSM refuses', ['aws/x'], 'x', /"aws\/x" gives a parameter name that SSM rejects/],
  [
    'a store that is none',
    ['a', '--store', 'vault'],
    'x',
    /flag --store "vault" is not a store: allowed are ssm and file:<folder>/,
  ],
  ['several errors', ['/a//b', '--store', 'x'], '', /name "\/a\/\/b"[^]*--store[^]*empty/],
]

for (const [title, args, value, said] of errorCases) {
  await t.test(`${title} is refused`, async (t) => {
    const io = fakeIo(value, { KEES_STORE: `file:${t.testdir()}/store` })
    // The contents of standard input are input, all else is the command line.
    t.equal(await kees(['put', ...args], io), /^(an empty|a value)/.test(title) ? 1 : 2)
    t.match(io.said(), said)
    t.equal(io.printed(), '')
  })
}

await t.test('a name of a secret of Secrets Manager has a hint, other names have none', async (t) => {
  for (const [name, isOfSecret] of [
    ['rds!cluster-1', true],
    ['secretsmanager:orders', true],
    ['aws/x', false],
    ['a b', false],
  ] as const) {
    const io = fakeIo('hunter2', { KEES_STORE: 'file:/nonexistent/store' })
    t.equal(await kees(['put', name], io), 2)
    t.match(io.said(), /^error: the name "/)
    t.equal(io.said().includes('hint: store a secret of AWS Secrets Manager with'), isOfSecret, name)
  }
})

await t.test(
  'with -f, a value that the workloads cannot use is refused, and nothing is stored',
  async (t) => {
    const annotation = (name: string, attributes: string) =>
      `    secret.bsycorp.com/${name}: "kind=REFERENCE,type=TEXT,storageKey=db${attributes}"`
    const pod = (...annotations: readonly string[]) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  annotations:\n${annotations.join('\n')}\nspec:\n  containers: [{name: app}]\n`
    const folder = t.testdir({
      'pod.yaml': pod(
        annotation('user', ',jsonKey=username,env=DB_USER'),
        annotation('key', ',jsonKey=key,decode=base64,file=key'),
        '    compose.bsycorp.com/url: "text=postgres://$(user:url)@db"',
      ),
      'invalid.yaml': pod('    secret.bsycorp.com/user: "kind=REFERENCE"'),
    })
    const env = { KEES_STORE: `file:${join(folder, 'store')}` }
    const put = async (value: string, name = 'db', file = 'pod.yaml', ...more: readonly string[]) => {
      const io = fakeIo(value, env)
      const exit = await kees(['put', name, '-f', file === '-' ? file : join(folder, file), ...more], io)
      t.notMatch(io.said() + io.printed(), 'hunter')
      return { exit, said: io.said() }
    }
    const wrong = await put('{"username":"hunter\'2","key":"hunter!"}')
    t.equal(wrong.exit, 1)
    t.match(
      wrong.said,
      /pod\.yaml:6:5: error: Pod\/app annotation secret\.bsycorp\.com\/user: the value of parameter \/db \(jsonKey "username"\) contains a single quote/,
    )
    t.match(
      wrong.said,
      /pod\.yaml:7:5: error: .*\/key: the value of parameter \/db is not base64\n {2}hint: remove decode, or store base64/,
    )
    t.match(await put('hunter2'), { exit: 1, said: /is not JSON, which jsonKey needs/ })
    t.match(await put('hunter2', 'dn'), {
      exit: 1,
      said: /no declaration in the manifests reads the newest version of parameter \/dn\n {2}hint: did you mean "\/db"\?/,
    })
    t.match(await put('hunter2', 'db', 'invalid.yaml'), { exit: 1, said: /attribute "type" is missing/ })
    t.match(await put('hunter2', 'db', '-'), { exit: 2, said: /standard input has the value/ })
    t.throws(() => readFileSync(join(folder, 'store', '%2Fdb')), 'nothing is stored')
    const good = '{"username":"app","key":"AP8="}'
    t.match(await put(good), { exit: 0, said: '' })
    t.equal(readFileSync(join(folder, 'store', '%2Fdb'), 'utf8'), good)
  },
)

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const pod = (...declarations: string[]) => `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
${declarations.map((one) => `    secret.bsycorp.com/${one}\n`).join('')}spec:
  containers:
    - name: app
`
const source = pod(
  'key_consumer: kind=DYNAMIC,type=RANDOM,size=64',
  'token: "kind=DYNAMIC,type=PASSWORD,size=128"',
  'db: kind=REFERENCE,type=PASSWORD',
)

await t.test('missing parameters are created once; a dry run only reports them', async (t) => {
  const store = join(t.testdir(), 'store')
  const env = { KEES_STORE: `file:${store}` }
  const dry = fakeIo(source, env)
  t.equal(await kees(['create', '-f', '-', '--dry-run'], dry), 0)
  t.match(dry.printed(), /^PARAMETER +TYPE +BITS +RESULT\n\/key_consumer +RANDOM +64 +would be created\n/)
  t.equal(existsSync(store), false)
  const first = fakeIo(source, env)
  t.equal(await kees(['create', '-f', '-', '--output', 'json'], first), 0)
  t.strictSame(JSON.parse(first.printed()), [
    { parameter: '/key_consumer', type: 'RANDOM', bits: 64, result: 'created' },
    { parameter: '/key_provider', type: 'RANDOM', bits: 64, result: 'created' },
    { parameter: '/token', type: 'PASSWORD', bits: 128, result: 'created' },
  ])
  const values = () => readdirSync(store).map((name) => readFileSync(join(store, name), 'utf8'))
  const before = values()
  t.equal(before[0], before[1], 'two names for one value')
  t.match(before[2], /^[0-9A-Za-z]{16}$/)
  const second = fakeIo(source, env)
  t.equal(await kees(['create', '-f', '-'], second), 0)
  t.notMatch(second.printed(), 'created')
  t.strictSame(values(), before)
})

await t.test('a group that lacks its first part is reported and not touched', async (t) => {
  const env = { KEES_STORE: `file:${join(t.testdir(), 'store')}` }
  t.equal(await kees(['put', 'key_provider'], fakeIo('AAAAAAAAAAA=', env)), 0)
  const io = fakeIo(source, env)
  t.equal(await kees(['create', '-f', '-'], io), 1)
  t.match(
    io.said(),
    /^error: \/key_consumer, \/key_provider: the group has \/key_provider but lacks \/key_consumer/m,
  )
  t.match(io.printed(), /\/key_consumer +RANDOM +64 +incomplete\n[^]*\/token +PASSWORD +128 +created/)
})

await t.test('a pair that exists and does not match is named and not touched', async (t) => {
  const store = join(t.testdir(), 'store')
  const env = { KEES_STORE: `file:${store}` }
  await kees(['put', 'key_provider'], fakeIo('AAAAAAAAAAA=', env))
  await kees(['put', 'key_consumer'], fakeIo('AAAAAAAAAAE=', env))
  const io = fakeIo(source, env)
  t.equal(await kees(['create', '-f', '-'], io), 1)
  t.equal(
    io.said(),
    'error: /key_consumer, /key_provider: the group holds /key_consumer and /key_provider, which do not match\n',
  )
  t.match(io.printed(), /\/key_consumer +RANDOM +64 +mismatched\n[^]*\/token +PASSWORD +128 +created/)
  t.equal(readFileSync(join(store, '%2Fkey_provider'), 'utf8'), 'AAAAAAAAAAA=')
})

const errorCases: readonly (readonly [
  title: string,
  text: string,
  args: string[],
  exit: number,
  said: RegExp,
])[] = [
  [
    'a malformed annotation',
    pod('a: kind=DYNAMIC,type=RANDOM,size=64', 'b: kind=DYNAMIC'),
    [],
    1,
    /error: Pod\/app annotation secret\.bsycorp\.com\/b: attribute "type" is missing/,
  ],
  [
    'two sizes of one parameter',
    pod('a: kind=DYNAMIC,type=RANDOM,size=64', 'b: "kind=DYNAMIC,type=RANDOM,size=128,storageKey=a"'),
    [],
    1,
    /type RANDOM and size 128 conflict with/,
  ],
  [
    'an unknown attribute, where warnings are errors',
    pod('a: kind=DYNAMIC,type=RANDOM,size=64,foo=bar'),
    ['--strict'],
    1,
    /^STDIN:6:5: error: .*"foo"/,
  ],
  [
    'an unknown output format',
    source,
    ['--output', 'yaml'],
    2,
    /--output "[a-z]+" must be one of "table", "json"/,
  ],
]

for (const [title, text, args, exit, said] of errorCases) {
  await t.test(`nothing is made with ${title}`, async (t) => {
    const store = join(t.testdir(), 'store')
    const io = fakeIo(text, { KEES_STORE: `file:${store}` })
    t.equal(await kees(['create', '-f', '-', ...args], io), exit)
    t.match(io.said(), said)
    t.equal(existsSync(store), false)
  })
}

await t.test('a manifest without DYNAMIC declarations is reported', async (t) => {
  const io = fakeIo(pod('db: kind=REFERENCE,type=PASSWORD'), { KEES_STORE: `file:${t.testdir()}/store` })
  t.equal(await kees(['create', '-f', '-'], io), 0)
  t.equal(io.printed(), 'nothing is declared with kind DYNAMIC\n')
})

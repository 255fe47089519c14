/** The reports that programs read, from every command that finds something: which file, line and column. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { isMap, listOf, mapOf } from '../../api/json.ts'
import { runs } from '../../api/test-effort.ts'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const pod = (annotations: string, name = 'app') => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:
    iam.amazonaws.com/role: app-role
${annotations}spec:
  containers: [{name: app, image: app}]
`
const reference = '    secret.bsycorp.com/db: kind=REFERENCE,type=PASSWORD\n'
const wrong = '    secret.bsycorp.com/db: kind=REFERENCE,type=PASWORD\n'
const dynamic = '    secret.bsycorp.com/key_private: kind=DYNAMIC,type=RSA,size=2048\n'
const key = '    secret.bsycorp.com/db: kind=REFERENCE,type=TEXT,jsonKey=port\n'
/** Of the declaration in them. */
const annotationAt = [7, 5]

const external = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app}
spec: {dataFrom: [{extract: {key: a}}]}
`

/** The first result of the report, and where it is. */
type Row = readonly [
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  code: string,
  at?: readonly number[],
  stdin?: string,
]
const rows: readonly Row[] = [
  [['inject', '-f', 'app.yaml'], { 'app.yaml': pod(wrong) }, 'BAD_TYPE', annotationAt],
  [['inject', '--check', '-f', 'app.yaml'], { 'app.yaml': pod(reference) }, 'INPUT', [1, 1]],
  [['export', '-f', 'app.yaml'], { 'app.yaml': pod(wrong) }, 'BAD_TYPE', annotationAt],
  [['verify', '-f', 'app.yaml'], { 'app.yaml': pod(wrong) }, 'BAD_TYPE', annotationAt],
  [['diff', '/dev/null', 'app.yaml'], { 'app.yaml': pod(wrong) }, 'BAD_TYPE', annotationAt],
  [['create', '-f', 'app.yaml'], { 'app.yaml': pod(wrong) }, 'BAD_TYPE', annotationAt],
  [
    ['create', '-f', 'app.yaml'],
    { 'app.yaml': pod(dynamic), 'store/%2Fkey_public': 'x' },
    'INPUT',
    annotationAt,
  ],
  [['status', '-f', 'app.yaml'], { 'app.yaml': pod(reference) }, 'MISSING', annotationAt],
  [
    ['status', '--keys', '-f', 'app.yaml'],
    { 'app.yaml': pod(key), 'store/%2Fdb': '{}' },
    'INPUT',
    annotationAt,
  ],
  [
    ['fetch', '--workload', 'Pod/app', '-f', 'app.yaml', '--out', 'x'],
    { 'app.yaml': pod(reference) },
    'MISSING',
    annotationAt,
  ],
  [
    ['put', 'db', '--overwrite', '-f', 'app.yaml'],
    { 'app.yaml': pod(key) },
    'INPUT',
    annotationAt,
    '{"host":"a"}',
  ],
  [
    ['import', '--check', '-f', 'app.yaml'],
    { 'app.yaml': pod(reference) },
    'MISSING',
    annotationAt,
    '{"/db":"fakepassword"}',
  ],
  [['convert', '--from', 'externalsecret', 'external.yaml'], { 'external.yaml': external }, 'INPUT', [1, 1]],
  [['admission-policy'], {}, 'USAGE'],
  [['install'], {}, 'USAGE'],
  [['inject', '--imge', 'x'], {}, 'USAGE'],
  [['inject', '-f', 'app.yaml'], { 'app.yaml': 'a: [\n' }, 'INPUT', [2, 1]],
]
const before = process.cwd()
t.teardown(() => process.chdir(before))

function enter(files: Readonly<Record<string, string>>): void {
  process.chdir(t.testdir())
  mkdirSync('store', { mode: 0o700 })
  for (const [name, text] of Object.entries(files)) writeFileSync(name, text, { mode: 0o600 })
}

async function report(args: readonly string[], stdin = '', env = {}) {
  const io = fakeIo(stdin, { KEES_STORE: 'file:./store', ...env })
  const exit = await kees(args, io)
  return { exit, said: io.said(), printed: io.printed() }
}

for (const [args, files, code, at, stdin] of rows) {
  await t.test(`kees ${args.join(' ')}: ${code}`, async (t) => {
    enter(files)
    const { exit: expected } = await report(args, stdin)
    const { exit, said } = await report([...args, '--report', 'json'], stdin)
    t.equal(exit, expected)
    const { exitCode, results } = mapOf(JSON.parse(said))
    t.equal(exitCode, exit)
    const [first] = listOf(results).filter((one) => mapOf(one)['severity'] === 'error')
    t.match(first, { code, severity: 'error' })
    const { file, line, column } = mapOf(first)
    t.strictSame(
      [file, line, column],
      at ? [Object.keys(files)[0], ...at] : [undefined, undefined, undefined],
    )
  })
}

await t.test('a report in a file leaves the text for people as it is', async (t) => {
  enter({ 'app.yaml': pod(wrong) })
  const { said } = await report(['verify', '-f', 'app.yaml'])
  const both = ['--report', 'sarif=reports/kees.sarif', '--report=json=kees.json']
  t.equal((await report(['verify', '-f', 'app.yaml', ...both])).said, said)
  t.match(said, /^app\.yaml:7:5: error: Pod\/app annotation/)
  const sarif = mapOf(JSON.parse(readFileSync('reports/kees.sarif', 'utf8')))
  t.match(listOf(sarif['runs'])[0], { results: [{ ruleId: 'BAD_TYPE' }] })
  t.match(JSON.parse(readFileSync('kees.json', 'utf8')), { version: 1, exitCode: 1 })
})

await t.test('a report that cannot be written is an error', async (t) => {
  enter({ 'app.yaml': pod(reference) })
  const { exit, said } = await report(['inject', '-f', 'app.yaml', '--report', 'json=app.yaml/x'])
  t.equal(exit, 6)
  t.match(said, /^error: \S+ cannot be written: /)
})

for (const [given, said] of [
  ['xml', 'flag --report "xml" must be one of json, github, sarif'],
  ['json=', 'flag --report "json=" has no name of a file\n  hint: --report json writes to standard error'],
  ['json=-', 'flag --report "json=-" has no name of a file\n  hint: --report json writes to standard error'],
] as const) {
  await t.test(`--report ${given} is an error, as text`, async (t) => {
    t.strictSame(await report(['inject', '--report', given]), {
      exit: 2,
      said: `error: ${said}\n`,
      printed: '',
    })
  })
}

await t.test('two reports on standard error are an error', async (t) => {
  const { exit, said } = await report(['inject', '--report', 'json', '--report', 'sarif'])
  t.equal(exit, 2)
  t.match(said, /only one report can go to standard error/)
})

await t.test('without errors, the reports are empty', async (t) => {
  enter({ 'app.yaml': pod(reference) })
  const clean = ['inject', '-f', 'app.yaml', '--report']
  t.equal((await report([...clean, 'github'])).said, '')
  t.strictSame(JSON.parse((await report([...clean, 'json'])).said), { version: 1, exitCode: 0, results: [] })
})

await t.test(
  'what is about no file is a notification of SARIF, and in the log of GitHub Actions',
  async (t) => {
    const { said } = await report(['inject', '--imge', 'x', '--report', 'sarif'])
    const [run] = listOf(mapOf(JSON.parse(said))['runs'])
    const [invocation] = listOf(mapOf(run)['invocations'])
    t.strictSame(mapOf(run)['results'], [])
    t.match(invocation, {
      executionSuccessful: false,
      exitCode: 2,
      toolConfigurationNotifications: [{ level: 'error', message: { text: /--imge/ } }],
    })
    t.match(
      (await report(['inject', '--imge', 'x', '--report', 'github'])).said,
      /^::error title=kees USAGE::flag/,
    )
  },
)

await t.test(
  'on a runner of GitHub, files are below the workspace, and standard input is none',
  async (t) => {
    enter({ 'app.yaml': pod(wrong) })
    const env = { GITHUB_WORKSPACE: join(process.cwd(), '..') }
    const folder = process.cwd().split('/').at(-1)
    const { said } = await report(['verify', '-f', './app.yaml', '--report=github'], '', env)
    t.match(said, `::error file=${folder}/app.yaml,line=7,col=5,title=kees BAD_TYPE::Pod/app annotation`)
    const piped = await report(['verify', '-f', '-', '--report=github'], pod(wrong), env)
    t.match(piped.said, '::error title=kees BAD_TYPE::STDIN:7:5: Pod/app annotation')
  },
)

await t.test('colours are on a terminal only, and not with NO_COLOR', async (t) => {
  enter({ 'app.yaml': pod(wrong) })
  const said = async (flags: readonly string[], env: Record<string, string>, terminal: boolean) => {
    const io = fakeIo('', env)
    await kees(['verify', '-f', 'app.yaml', ...flags], { ...io, terminals: { out: terminal, err: terminal } })
    return io.said().includes('\u001b')
  }
  t.equal(await said([], {}, true), true)
  t.equal(await said([], {}, false), false)
  t.equal(await said([], { NO_COLOR: '1' }, true), false)
  t.equal(await said([], { NO_COLOR: '' }, true), true)
  t.equal(await said([], { TERM: 'dumb' }, true), false)
  t.equal(await said(['--color', 'always'], { NO_COLOR: '1' }, false), true)
  t.equal(await said(['--color', 'never'], {}, true), false)
  const io = fakeIo(pod(reference), { KEES_STORE: 'file:./store' })
  await kees(['status', '-f', '-', '--color=always'], io)
  t.match(io.printed(), '\u001b[31mmissing\u001b[0m')
  t.match(
    (await report(['status', '-f', '-', '--color=sometimes'])).said,
    /flag --color "sometimes" must be one of/,
  )
})

/** As the runner of GitHub reads a line: the newer form at its start, else the older one anywhere in it. */
function commandIn(
  line: string,
): { name: string; properties: Record<string, string>; data: string } | undefined {
  const newer = /^\s*::([^ :]+)(?: ([^]*?))?::([^]*)$/.exec(line)
  const older = /##\[([^ \]]+)(?: ([^\]]*))?\]([^]*)$/.exec(line)
  const [, name, given = '', data = ''] = newer ?? older ?? []
  if (name === undefined) return undefined
  const entries = given.split(newer ? ',' : ';').map((one): [string, string] => {
    const [property = '', ...value] = one.split('=')
    return [property, unescaped(value.join('='))]
  })
  return { name, properties: Object.fromEntries(entries), data: unescaped(data) }
}

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

const hostile = [
  '\n::set-env name=A::b',
  '##[add-path]/tmp',
  '##vso[task.setvariable variable=a]b',
  '::stop-commands::x',
  '%0A::error::x',
  '\r\n::add-mask::e',
  ',line=1',
  '\u2028::debug::x',
  ' ::group::x',
]

await t.test('no text of the input becomes a workflow command, in a report or in the text', async (t) => {
  const piece = fc.oneof(fc.constantFrom(...hostile), fc.string({ maxLength: 5 }))
  const text = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(text, text, text, async (name, annotation, value) => {
      const object = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, annotations: { [`secret.bsycorp.com/${annotation}`]: `kind=${value}` } },
        spec: { containers: [{ name: 'app' }] },
      }
      const source = JSON.stringify(object)
      const found = await report(['verify', '-f', '-', '--report', 'github'], source)
      const others = found.said
        .split('\n')
        .slice(0, -1)
        .filter((line) => {
          const { name: kind = '', properties = {} } = commandIn(line) ?? {}
          return !/^(error|warning)$/.test(kind) || Object.keys(properties).join() !== 'title'
        })
      t.strictSame(others, [], 'the report has only annotations with a title')
      const { said } = await report(['verify', '-f', '-'], source)
      t.strictSame(
        said.split('\n').filter((line) => commandIn(line) !== undefined),
        [],
        'the text has no command',
      )
    }),
    runs(100),
  )
})

for (const file of [
  '::error::x.yaml',
  'a,line=1::b.yaml',
  '##[add-path]x.yaml',
  'a%0Ab.yaml',
  'a#?b c.yaml',
]) {
  await t.test(`a file may be called ${file}`, async (t) => {
    enter({ [file]: pod(wrong) })
    const { said } = await report(['verify', '-f', file, '--report', 'github'])
    t.match(commandIn(said.trimEnd()), { name: 'error', properties: { file, line: '7', col: '5' } })
    const text = await report(['verify', '-f', file])
    t.equal(commandIn(text.said), undefined)
    const sarif: unknown = JSON.parse((await report(['verify', '-f', file, '--report', 'sarif'])).said)
    const [run] = listOf(mapOf(sarif)['runs'])
    const [result] = listOf(mapOf(run)['results'])
    const [location] = listOf(mapOf(result)['locations'])
    const { artifactLocation } = mapOf(mapOf(location)['physicalLocation'])
    t.ok(isMap(artifactLocation))
    t.equal(
      new URL(String(mapOf(artifactLocation)['uri']), 'file:///').href,
      new URL(`file:///${file.split('/').map(encodeURIComponent).join('/')}`).href,
    )
  })
}

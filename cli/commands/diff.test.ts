import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

/** Of one Deployment a role, by what it declares. */
function manifest(
  ...workloads: readonly (readonly [name: string, role: string | undefined, names: readonly string[]])[]
) {
  return workloads
    .map(([name, role, names]) => {
      const lines = names.map((one) => `secret.bsycorp.com/${one}: kind=REFERENCE,type=PASSWORD`)
      if (role !== undefined) lines.unshift(`iam.amazonaws.com/role: ${role}`)
      return `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: prod
spec:
  template:
    metadata:
      annotations:
        ${lines.join('\n        ')}
    spec:
      containers: [{name: app}]
`
    })
    .join('')
}

const old = manifest(
  ['app', 'app-role', ['a', 'b']],
  ['gone', 'gone-role', ['g']],
  ['same', 'same-role', ['s']],
)
const now = manifest(
  ['app', 'app-role', ['b', 'c']],
  ['worker', 'app-role', ['c']],
  ['same', 'same-role', ['s']],
  ['job', undefined, ['q']],
)
const noRole = /^new\.yaml:\d+:1: warning: Deployment\/prod\/job has no role.*\n$/

type Row = readonly [title: string, flags: readonly string[], exit: number, printed: string]
const table = `WHO                  CHANGE  PARAMETER  DECLARED BY
Deployment/prod/job  gains   /q         Deployment/prod/job
app-role             gains   /c         Deployment/prod/app, Deployment/prod/worker
app-role             loses   /a         Deployment/prod/app
gone-role            loses   /g         Deployment/prod/gone
`
const markdown = `| who | gains | loses |
| --- | --- | --- |
| \`Deployment/prod/job\` (no role) | \`/q\` (Deployment/prod/job) |  |
| \`app-role\` | \`/c\` (Deployment/prod/app, Deployment/prod/worker) | \`/a\` (Deployment/prod/app) |
| \`gone-role\` |  | \`/g\` (Deployment/prod/gone) |
`
const of = (parameter: string, ...names: readonly string[]) => ({
  parameter,
  workloads: names.map((name) => `Deployment/prod/${name}`),
})
const json = [
  { key: 'Deployment/prod/job', gains: [of('/q', 'job')], loses: [] },
  { key: 'app-role', role: 'app-role', gains: [of('/c', 'app', 'worker')], loses: [of('/a', 'app')] },
  { key: 'gone-role', role: 'gone-role', gains: [], loses: [of('/g', 'gone')] },
]
const rows: readonly Row[] = [
  ['a table', [], 0, table],
  ['a table, with the exit code', ['--exit-code'], 1, table],
  ['Markdown for a pull request', ['--format=markdown'], 0, markdown],
  ['the same by the other name of the flag', ['--output=markdown'], 0, markdown],
  ['JSON for programs', ['--output=json'], 0, `${JSON.stringify(json, null, 2)}\n`],
]

const configFile = `apiVersion: kees.bsycorp.com/v1alpha1
kind: ExportIAM
metadata: {name: export-iam}
spec: {annotationDomain: example.com, name: other, output: only, allowUninjected: true}
`

type Files = { [name: string]: string | Files }

/** @param args lower-case words are files of the test's folder, which is removed from the output. */
async function diff(t: Test, args: readonly string[], stdin?: string, files: Files = {}) {
  const folder = t.testdir({ 'old.yaml': old, 'new.yaml': now, ...files })
  const path = (arg: string) => (/^[a-z]+(\.yaml)?$/.test(arg) ? join(folder, arg) : arg)
  const io = fakeIo(stdin)
  const exit = await kees(['diff', ...args.map(path)], io)
  return { exit, printed: io.printed(), said: io.said().replaceAll(`${folder}/`, '') }
}

await t.test('who gains and who loses access', async (t) => {
  for (const [title, flags, exit, printed] of rows) {
    const result = await diff(t, [...flags, 'old.yaml', 'new.yaml'])
    t.equal(result.printed, printed, title)
    t.match(result, { exit, said: noRole })
  }
})

await t.test('a change that grants and revokes nothing is no difference', async (t) => {
  const same = old
    .replaceAll('kind=REFERENCE', 'foo=bar,kind=REFERENCE')
    .replace('name: app\n', 'name: app2\n')
  const nothing = { exit: 0, printed: 'Nobody gains or loses a parameter.\n' }
  t.match(await diff(t, ['--exit-code', 'old.yaml', 'same.yaml'], undefined, { 'same.yaml': same }), nothing)
  t.match(await diff(t, ['--output=json', 'old.yaml', 'old.yaml']), { exit: 0, printed: '[]\n', said: '' })
})

await t.test('standard input, folders and /dev/null are accepted as manifests', async (t) => {
  t.match(await diff(t, ['old.yaml', '-'], now), {
    exit: 0,
    printed: table,
    said: /^STDIN:\d+:\d+: warning: Deploy/,
  })
  t.match(await diff(t, ['-', 'new.yaml'], old), { exit: 0, printed: table })
  t.match(await diff(t, ['/dev/null', 'old.yaml']), {
    printed: /app-role +gains +\/a +Deployment\/prod\/app\n/,
  })
  t.match(await diff(t, ['old.yaml', '/dev/null']), {
    printed: /app-role +loses +\/a +Deployment\/prod\/app\n/,
  })
  const folders = { before: { 'a.yaml': old }, after: { sub: { 'b.yaml': now } } }
  t.match(await diff(t, ['-R', 'before', 'after'], undefined, folders), { exit: 0, printed: table })
})

await t.test('the options of export are options here', async (t) => {
  const other = old.replaceAll('secret.bsycorp.com', 'secret.example.com')
  const files = { 'other.yaml': other, 'config.yaml': configFile }
  t.match(await diff(t, ['--annotation-domain=example.com', '/dev/null', 'other.yaml'], undefined, files), {
    printed: /app-role +gains +\/a +Deployment\/prod\/app\n/,
  })
  t.match(await diff(t, ['--config', 'config.yaml', '/dev/null', 'other.yaml'], undefined, files), {
    printed: /app-role +gains +\/a +Deployment\/prod\/app\n/,
  })
  t.match(await diff(t, ['--strict', 'new.yaml', 'new.yaml']), {
    exit: 1,
    printed: '',
    said: /^new\.yaml:\d+:1: error: Deployment\/prod\/job has no role/,
  })
  t.match(await diff(t, ['--strict', 'new.yaml', 'old.yaml']), { exit: 0 }, 'a warning in OLD does not count')
})

await t.test('all errors of the command line and the files are reported at once', async (t) => {
  const { exit, printed, said } = await diff(
    t,
    ['--format=xml', '--annotation-domain=-', 'nowhere', 'broken.yaml', 'old.yaml'],
    undefined,
    {
      'broken.yaml': 'a: [',
    },
  )
  t.strictSame([exit, printed], [2, ''])
  const lines = said.trimEnd().split('\n')
  t.match(lines, [
    /^error: flag --annotation-domain /,
    'error: flag --format "xml" must be one of "table", "markdown", "json"',
    'error: two manifests are required, OLD and NEW: 3 are given',
    /^error: nowhere cannot be read/,
    /^broken\.yaml:1:5: error: the manifest is not valid YAML/,
  ])
  t.equal(lines.length, 5)
})

const usage: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [[], /OLD and NEW: 0 are given/],
  [['old.yaml'], /OLD and NEW: 1 are given/],
  [['-', '-'], /standard input cannot be both/],
  [['--format=json', '--output=json', 'old.yaml', 'new.yaml'], /give either/],
  [
    ['--output=terraform', 'old.yaml', 'new.yaml'],
    /flag --output "terraform" must be one of "table", "markdown", "json"/,
  ],
  [['--allow-uninjected', 'old.yaml', 'new.yaml'], /flag "--allow-uninjected" is not known/],
  [['-f', 'old.yaml', 'new.yaml'], /flag "-f" is not known/],
]
for (const [args, said] of usage) {
  await t.test(`wrong: kees diff ${args.join(' ')}`, async (t) => {
    t.match(await diff(t, args, old), { exit: 2, printed: '', said })
  })
}

await t.test('errors in both manifests are reported, each with its file', async (t) => {
  const files = {
    'old.yaml': old.replace('kind=REFERENCE', 'kind=REFERENCES'),
    'new.yaml': now.replaceAll('role: app-role', "role: 'app*'"),
  }
  const { exit, printed, said } = await diff(t, ['old.yaml', 'new.yaml'], undefined, files)
  t.strictSame([exit, printed], [1, ''])
  t.match(said, /^old\.yaml:12:9: error: Deployment\/prod\/app annotation secret\.bsycorp\.com\/a: /)
  t.match(said, /^new\.yaml:\d+:1: error: Deployment\/prod\/app annotation iam\.amazonaws\.com\/role: /m)
})

await t.test('an error in a file that is both OLD and NEW is reported once', async (t) => {
  const files = { 'old.yaml': old.replace('kind=REFERENCE', 'kind=REFERENCES') }
  for (const [flags, start] of [
    [[], /^old\.yaml:12:9: error: /gm],
    [['--report=github'], /^::error file=/gm],
  ] as const) {
    const { exit, said } = await diff(t, [...flags, 'old.yaml', 'old.yaml'], undefined, files)
    t.equal(exit, 1)
    t.equal(said.match(start)?.length, 1, said)
  }
})

await t.test('an empty file, which a failed build leaves, is an error', async (t) => {
  t.match(await diff(t, ['old.yaml', 'empty.yaml'], undefined, { 'empty.yaml': '' }), {
    exit: 1,
    said: /there is no Kubernetes object in/,
  })
})

/** app.yaml with itself. */
async function diffWith(folder: string, args: readonly string[]) {
  const io = fakeIo()
  const app = join(folder, 'app.yaml')
  const files = args.map((one) => (one.endsWith('.yaml') ? join(folder, one) : one))
  const exit = await kees(['diff', app, app, ...files], io)
  return { exit, printed: io.printed(), said: io.said() }
}

await t.test('--old-config shows what other options of the module change', async (t) => {
  const config = (spec: string) => `apiVersion: kees.bsycorp.com/v1alpha1\nkind: ExportIAM\nspec: ${spec}\n`
  const key = (index: number) =>
    `arn:aws:kms:eu-west-1:111122223333:key/${index}1111111-2222-3333-4444-555555555555`
  const keys = (index: number) => `kmsKeys: [{prefix: /, arn: "${key(index)}"}]`
  const folder = t.testdir({
    'app.yaml': manifest(['app', undefined, ['a']]),
    'old.yaml': config(`{roles: [{namespace: prod, serviceAccount: default, role: app-role}], ${keys(1)}}`),
    'new.yaml': config(`{roles: [{namespace: prod, serviceAccount: default, role: other-role}], ${keys(1)}}`),
    'key.yaml': config(`{roles: [{namespace: prod, serviceAccount: default, role: app-role}], ${keys(2)}}`),
    'wrong.yaml': config('{roles: 1}'),
  })
  const compare = async (...args: readonly string[]) => diffWith(folder, args)
  t.match(
    await compare('--config', 'new.yaml'),
    { exit: 0, printed: /^Nobody gains/ },
    'the same options for both',
  )
  const roles = await compare('--old-config', 'old.yaml', '--config', 'new.yaml')
  t.match(roles.printed, /^app-role +loses +\/a .*\nother-role +gains +\/a /m)
  const other = await compare('--old-config', 'old.yaml', '--config', 'key.yaml', '--exit-code')
  t.equal(other.exit, 1)
  t.match(other.printed, `gains   /a by the key ${key(2)}`)
  t.match(other.printed, `loses   /a by the key ${key(1)}`)
  const wrong = await compare('--old-config', 'wrong.yaml')
  t.equal(wrong.exit, 2)
  t.match(wrong.said, /wrong\.yaml: option roles/)
})

await t.test('--old-config shows that another account is exported', async (t) => {
  const config = (account: string) =>
    `apiVersion: kees.bsycorp.com/v1alpha1\nkind: ExportIAM\nspec: {${account}}\n`
  const folder = t.testdir({
    'app.yaml': manifest(
      ['one', 'arn:aws:iam::111122223333:role/one', ['one']],
      ['two', 'arn:aws:iam::444455556666:role/two', ['two']],
    ),
    'none.yaml': config(''),
    'one.yaml': config('account: "111122223333"'),
    'two.yaml': config('account: "444455556666"'),
    'wrong.yaml': config('account: "1"'),
  })
  const compare = async (...args: readonly string[]) => diffWith(folder, args)
  const byFile = await compare('--old-config', 'one.yaml', '--config', 'two.yaml')
  t.match(byFile.printed, /111122223333:role\/one +loses +\/one .*\n.*444455556666:role\/two +gains +\/two /)
  t.equal(byFile.said, '', 'one account each')
  const byFlag = await compare('--old-config', 'one.yaml', '--account', '444455556666')
  t.equal(byFlag.printed, byFile.printed, 'a flag for the new account does not hide the old one')
  t.match(
    await compare('--old-config', 'none.yaml', '--account', '444455556666'),
    { exit: 0, printed: /^Nobody gains/, said: '' },
    'a flag counts for OLD too where its file sets nothing',
  )
  t.match(await compare('--old-config', 'one.yaml'), { exit: 1, said: /set flag --account to select one/ })
  t.match(await compare('--old-config', 'wrong.yaml', '--account', '444455556666'), {
    exit: 2,
    said: /wrong\.yaml: option account "1" is not an AWS account ID/,
  })
})

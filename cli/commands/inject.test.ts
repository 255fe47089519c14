import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const annotated = (name: string) => `apiVersion: v1
kind: Pod
metadata:
  name: ${name} # the ${name}
  annotations:
    secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
spec:
  containers:
    - name: app
`
const plain = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c,   labels: {}}\n'

await t.test('several files are one stream of documents, in the order of their names', async (t) => {
  const folder = t.testdir({
    'b.yml': annotated('b'),
    'a.yaml': plain,
    'c.txt': 'no manifest',
    'd.json': '{}',
  })
  const io = fakeIo()
  t.equal(await kees(['inject', '-f', folder], io), 0)
  t.ok(io.printed().startsWith(`${plain}---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b # the b\n`))
  t.equal(io.printed().split('init-container').length, 3, 'once as a container, once in the record')
})

await t.test('standard input is read as -, document by document', async (t) => {
  const io = fakeIo(`${annotated('one')}---\n${plain}---\n${annotated('two')}`)
  t.equal(await kees(['inject', '-f', '-', '--image', 'example/init:1'], io), 0)
  t.equal(io.printed().match(/image: example\/init:1$/gm)?.length, 2)
  t.ok(io.printed().includes(`---\n${plain}---\n`))
})

await t.test('--write edits only what changes, in place, and keeps the mode', async (t) => {
  const folder = t.testdir({ 'app.yaml': annotated('app'), 'other.yaml': plain })
  const app = join(folder, 'app.yaml')
  chmodSync(app, 0o640)
  const before = statSync(join(folder, 'other.yaml')).ino
  const io = fakeIo()
  t.equal(await kees(['inject', '-f', folder, '--check'], io), 1)
  t.match(
    io.said(),
    `${app}:1:1: error: Pod/app is annotated but not injected\n  hint: run inject-init first`,
  )
  t.equal(await kees(['inject', '-f', folder, '--write'], fakeIo()), 0)
  t.match(readFileSync(app, 'utf8'), /name: app # the app[^]*init-container/)
  t.equal(statSync(app).mode & 0o777, 0o640)
  t.equal(statSync(join(folder, 'other.yaml')).ino, before)
  t.equal(await kees(['inject', '-f', folder, '--check'], fakeIo()), 0)
})

await t.test('--config takes the file that kustomize uses, and flags win over it', async (t) => {
  const spec =
    'apiVersion: kees.bsycorp.com/v1alpha1\nkind: InjectInit\nspec: {image: from-file, sizeLimit: 1Mi}\n'
  const folder = t.testdir({ 'config.yaml': spec, 'wrong.yaml': 'kind: Other\n' })
  const io = fakeIo(annotated('app'))
  t.equal(
    await kees(['inject', '-f', '-', '--config', join(folder, 'config.yaml'), '--image', 'from-flag'], io),
    0,
  )
  t.match(io.printed(), /image: from-flag[^]*sizeLimit: 1Mi/)
  const wrong = fakeIo(annotated('app'))
  t.equal(
    await kees(['inject', '-f', '-', '--config', join(folder, 'wrong.yaml'), '--medium', 'Disk'], wrong),
    2,
  )
  t.match(wrong.said(), /wrong\.yaml: functionConfig has apiVersion none[^]*flag --medium "Disk"/)
})

type ErrorCase = readonly [
  title: string,
  files: Record<string, string>,
  args: string[],
  exit: number,
  said: RegExp,
]
const errorCases: readonly ErrorCase[] = [
  [
    'a kustomization has to be built first',
    { 'kustomization.yaml': '' },
    ['-f', '.'],
    2,
    /must be built first\n {2}hint: kustomize build .* \| kees/,
  ],
  [
    'a chart has to be rendered first',
    { 'Chart.yaml': '' },
    ['-f', '.'],
    2,
    /must be built first\n {2}hint: helm template .* \| kees/,
  ],
  ['a file that is not there', {}, ['-f', 'nope.yaml'], 2, /nope\.yaml cannot be read: it does not exist/],
  [
    'what is not valid YAML is named by its line, without its text',
    { 'a.yaml': 'a: 1\nb: [hunter2\n' },
    ['-f', 'a.yaml'],
    1,
    /a\.yaml:3:\d+: error: the manifest is not valid YAML: [^\n]*\n$/,
  ],
  ['--write cannot edit standard input', {}, ['-f', '-', '--write'], 2, /--write needs files/],
  [
    '--write and --check must not be used together',
    { 'a.yaml': plain },
    ['-f', 'a.yaml', '--write', '--check'],
    2,
    /must not be used together/,
  ],
  [
    'options are checked',
    { 'a.yaml': plain },
    ['-f', 'a.yaml', '--container-resources', '[', '--run-as-user', 'root'],
    2,
    /--container-resources is not valid YAML[^]*flag --run-as-user/,
  ],
  [
    'a malformed annotation leaves every file alone',
    { 'a.yaml': annotated('a'), 'b.yaml': annotated('b').replace('PASSWORD', 'PASWORD') },
    ['-f', '.', '--write'],
    1,
    /error: Pod\/b annotation secret\.bsycorp\.com\/db\.password: type "PASWORD" is not known/,
  ],
]

for (const [title, files, args, exit, said] of errorCases) {
  await t.test(title, async (t) => {
    const folder = t.testdir(files)
    const io = fakeIo(annotated('stdin'))
    const placed = args.map((arg, index) =>
      args[index - 1] === '-f' && arg !== '-' ? join(folder, arg) : arg,
    )
    t.equal(await kees(['inject', ...placed], io), exit)
    t.match(io.said(), said)
    t.notMatch(io.said(), 'hunter2')
    t.equal(io.printed(), '')
    for (const [name, text] of Object.entries(files)) t.equal(readFileSync(join(folder, name), 'utf8'), text)
  })
}

await t.test('a kpt package is read with its subfolders, other folders with -R', async (t) => {
  const tree = () => ({ sub: { 'app.yaml': annotated('deep') } })
  const folder = t.testdir({ package: { ...tree(), Kptfile: '' }, folder: { ...tree(), 'c.yaml': plain } })
  const names = async (args: string[]) => {
    const io = fakeIo()
    t.equal(await kees(['inject', ...args], io), 0)
    return io.printed().includes('name: deep')
  }
  t.equal(await names(['-f', join(folder, 'package')]), true)
  t.equal(await names(['-f', join(folder, 'folder')]), false)
  t.equal(await names(['-f', join(folder, 'folder'), '-R']), true)
})

/** With --dry-run, every command that writes shows what it would do, and does not. */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { fakeIo } from './fake-io.ts'
import { commands, kees } from './kees.ts'

const app = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    metadata:
      annotations:
        iam.amazonaws.com/role: app-role
        secret.bsycorp.com/db: kind=REFERENCE,type=PASSWORD
        secret.bsycorp.com/key_private: kind=DYNAMIC,type=RSA,size=2048
    spec: {containers: [{name: app, image: app}]}
`
type Row = readonly [args: readonly string[], dry: RegExp, stdin?: string]
const rows: readonly Row[] = [
  [['inject', '--write', '-f', 'app.yaml'], /^app\.yaml would be changed\n$/],
  [
    ['export', '--allow-uninjected', '--out', 'tf', '-f', 'app.yaml'],
    /^tf\/policies\.tf would be created\ntf\/main\.tf would be created\n/,
  ],
  [['create', '-f', 'app.yaml'], /would be created/],
  [['put', 'new'], /^\/new would be stored\n$/, 'fakepassword'],
  [['put', 'db', '--overwrite'], /^\/db would be replaced\n$/, 'other'],
  [['import', '-f', 'other.yaml'], /would be stored/, '{"/other":"fakepassword"}'],
  [
    ['fetch', '--workload', 'Deployment/other', '-f', 'stored.yaml', '--out', 'secrets'],
    /secret\.bsycorp\.com\/db +\/db +secrets/,
  ],
  [['install', 'bin'], /^bin\/node would be installed\n/],
]
const before = process.cwd()
t.teardown(() => process.chdir(before))

/** Every file below the folder, with its content. */
function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .map((path) => `${path}: ${readFileSync(path, 'utf8')}`)
    .toSorted()
}

type Module = { readonly text: string; readonly imports: readonly string[] }
const modules = new Map<string, Module>()

function read(path: string): Module {
  const text = readFileSync(path, 'utf8')
  const imports = [...text.matchAll(/^import (?!type )[^;]*?from '(\.[^']+\.ts)'$/gm)]
  const one = { text, imports: imports.map(([, imported = '']) => join(dirname(path), imported)) }
  modules.set(path, one)
  return one
}

/** The texts of a module and of all that it imports. */
function textsOf(path: string, seen = new Map<string, string>()): ReadonlyMap<string, string> {
  if (seen.has(path)) return seen
  const { text, imports } = modules.get(path) ?? read(path)
  seen.set(path, text)
  for (const imported of imports) textsOf(imported, seen)
  return seen
}

const importsWriter =
  /^import \{[^}]*\b(write|rename|mkdir|copyFile|symlink|append)\w*\b[^}]*\} from 'node:fs/m
const opensStoreToWrite = /(\bio, |: )'write'[,)]/

t.test('all commands that change files or the store have it, and a test here', async (t) => {
  const having = commands.filter(({ flags }) => 'dry-run' in flags).map(({ name }) => name)
  const writing = commands
    .map(({ name }) => name)
    .filter((name) => {
      const path = join(import.meta.dirname, 'commands', `${name}.ts`)
      const texts = textsOf(path)
      return (
        opensStoreToWrite.test(texts.get(path) ?? '') ||
        [...texts.values()].some((one) => importsWriter.test(one))
      )
    })
  t.strictSame(new Set(having), new Set(writing))
  t.strictSame(new Set(rows.map(([[name]]) => name)), new Set(writing))
})

for (const [args, dry, stdin = ''] of rows) {
  t.test(`kees ${args.join(' ')}`, async (t) => {
    const folder = t.testdir({
      'app.yaml': app,
      'other.yaml': app.replace('/db:', '/other:'),
      'stored.yaml': app
        .replace('name: app}\nspec', 'name: other}\nspec')
        .replace(/ +secret.*key_private.*\n/, ''),
      store: { '%2Fdb': 'fakepassword' },
      self: { node: '', kees: '', 'inject-init': '', 'export-iam': '' },
    })
    chmodSync(join(folder, 'store'), 0o700)
    process.chdir(folder)
    const self = { node: join(folder, 'self/node'), program: join(folder, 'self/kees') }
    const call = async (more: readonly string[]) => {
      const io = fakeIo(stdin, { KEES_STORE: 'file:./store' }, self)
      return { exit: await kees([...args, ...more], io), printed: io.printed(), said: io.said() }
    }
    const old = tree(folder)
    const planned = await call(['--dry-run'])
    t.equal(planned.exit, 0, planned.said)
    t.match(planned.printed, dry)
    t.strictSame(tree(folder), old)
    t.equal((await call([])).exit, 0)
    t.notSame(tree(folder), old, 'without it, something is written')
  })
}

t.test('put --dry-run of a parameter that exists is an error', async (t) => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'store'), { mode: 0o700 })
  writeFileSync(join(folder, 'store/%2Fdb'), 'fakepassword')
  const io = fakeIo('other', { KEES_STORE: `file:${folder}/store` })
  t.equal(await kees(['put', 'db', '--dry-run'], io), 1)
  t.match(
    io.said(),
    /^error: \/db exists already: nothing was stored\n {2}hint: replace it by --overwrite\n$/,
  )
})

for (const args of [['inject'], ['export']]) {
  t.test(`kees ${args.join(' ')} --dry-run writes nothing anyway, which is an error`, async (t) => {
    const io = fakeIo(app)
    t.equal(await kees([...args, '-f', '-', '--dry-run'], io), 2)
    t.match(io.said(), /^error: flag --dry-run needs --(write|out): without it, nothing is written\n$/)
  })
}

t.test('a module that is up to date would not be changed', async (t) => {
  const folder = t.testdir({ 'app.yaml': app })
  const args = ['export', '--allow-uninjected', '-f', join(folder, 'app.yaml'), '--out', join(folder, 'tf')]
  t.equal(await kees(args, fakeIo()), 0)
  const io = fakeIo()
  await kees([...args, '--dry-run'], io)
  t.equal(io.printed(), 'no file would be changed\n')
  cpSync(join(folder, 'tf/main.tf'), join(folder, 'tf/policies.tf'))
  const changed = fakeIo()
  await kees([...args, '--dry-run'], changed)
  t.equal(changed.printed(), `${folder}/tf/policies.tf would be changed\n`)
})

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const names = ['export-iam', 'inject-init', 'kees', 'node']

/** A machine with programs that print only their version. */
function machine(t: Test) {
  const folder = t.testdir({ node: 'node 1', dist: {}, bin: {} })
  for (const name of ['inject-init', 'export-iam', 'kees']) {
    writeFileSync(join(folder, 'dist', name), `${name} 1`)
  }
  symlinkSync('../dist/kees', join(folder, 'bin/kees'))
  const into = join(folder, 'a/tools')
  const install = async (...args: readonly string[]) => {
    const io = fakeIo(undefined, {}, { node: join(folder, 'node'), program: join(folder, 'bin/kees') })
    return { exit: await kees(['install', ...args], io), printed: io.printed(), said: io.said() }
  }
  const contents = () =>
    Object.fromEntries(readdirSync(into).map((name) => [name, readFileSync(join(into, name), 'utf8')]))
  return { folder, into, install, contents }
}

await t.test('Node and the programs are installed into the folder, executable for all users', async (t) => {
  const { into, install, contents } = machine(t)
  const { exit, printed, said } = await install(into)
  t.strictSame([exit, said], [0, ''])
  t.strictSame(
    printed.split('\n').filter(Boolean).toSorted(),
    names.map((name) => `${into}/${name} installed`),
  )
  t.strictSame(contents(), Object.fromEntries(names.map((name) => [name, `${name} 1`])))
  for (const name of names) t.equal(statSync(join(into, name)).mode & 0o777, 0o755)
})

await t.test(
  'from an image, the programs are installed, and not what starts them with a code cache',
  async (t) => {
    const { folder, into, install, contents } = machine(t)
    mkdirSync(join(folder, 'lib/kees'), { recursive: true })
    for (const name of ['inject-init', 'export-iam'])
      writeFileSync(join(folder, 'lib/kees', name), `${name} of the image`)
    t.equal((await install(into)).exit, 0)
    t.strictSame(contents(), {
      'export-iam': 'export-iam of the image',
      'inject-init': 'inject-init of the image',
      kees: 'kees 1',
      node: 'node 1',
    })
  },
)

await t.test('a second time nothing is touched', async (t) => {
  const { into, install } = machine(t)
  await install(into)
  const inodes = () => names.map((name) => statSync(join(into, name)).ino)
  const before = inodes()
  const { exit, printed } = await install(into)
  t.equal(exit, 0)
  t.strictSame(
    printed.split('\n').filter(Boolean).toSorted(),
    names.map((name) => `${into}/${name} unchanged`),
  )
  t.strictSame(inodes(), before)
})

await t.test('files that differ or are not executable are replaced; files of others are kept', async (t) => {
  const { folder, into, install, contents } = machine(t)
  await install(into)
  writeFileSync(join(folder, 'dist/kees'), 'kees 2')
  writeFileSync(join(into, 'kustomize'), 'of others')
  chmodSync(join(into, 'node'), 0o644)
  const { exit, printed } = await install(into)
  t.equal(exit, 0)
  t.strictSame(printed.match(/\S+ installed/g)?.toSorted(), [
    `${into}/kees installed`,
    `${into}/node installed`,
  ])
  t.match(contents(), { kees: 'kees 2', 'inject-init': 'inject-init 1', kustomize: 'of others' })
  t.equal(statSync(join(into, 'node')).mode & 0o777, 0o755)
})

await t.test('a symbolic link in place of a program is replaced', async (t) => {
  const { folder, into, install, contents } = machine(t)
  mkdirSync(into, { recursive: true })
  writeFileSync(join(folder, 'other'), 'other')
  symlinkSync(join(folder, 'other'), join(into, 'kees'))
  t.equal((await install(into)).exit, 0)
  t.equal(contents()['kees'], 'kees 1')
  t.ok(lstatSync(join(into, 'kees')).isFile())
  t.equal(readFileSync(join(folder, 'other'), 'utf8'), 'other')
})

await t.test('the standalone executable is copied once, with links for the functions', async (t) => {
  const { folder, into, install, contents } = machine(t)
  await install(into)
  writeFileSync(join(folder, 'kees-linux-x64'), 'all 2')
  const self = { node: join(folder, 'kees-linux-x64'), program: join(folder, 'kees-linux-x64') }
  const again = async (...args: readonly string[]) => {
    const io = fakeIo(undefined, {}, self)
    return [await kees(['install', into, ...args], io), io.printed(), io.said()]
  }
  const lines = (outcome: string) =>
    ['kees', 'inject-init', 'export-iam'].map((name) => `${into}/${name} ${outcome}\n`).join('')
  t.strictSame(await again('--dry-run'), [0, lines('would be installed'), ''])
  t.strictSame(await again(), [0, lines('installed'), ''], 'in place of single programs')
  for (const name of ['inject-init', 'export-iam']) t.equal(readlinkSync(join(into, name)), 'kees')
  t.match(contents(), { kees: 'all 2', 'inject-init': 'all 2', 'export-iam': 'all 2' })
  t.strictSame(await again(), [0, lines('unchanged'), ''])
  t.equal((await install(into)).exit, 0)
  t.match(contents(), { kees: 'kees 1', 'inject-init': 'inject-init 1' }, 'and back')
})

await t.test('if one file cannot be written, none is changed', async (t) => {
  const { folder, into, install } = machine(t)
  await install(into)
  for (const name of ['inject-init', 'export-iam']) writeFileSync(join(folder, 'dist', name), `${name} 2`)
  writeFileSync(join(folder, 'dist/kees'), 'kees 2')
  const blocked = join(folder, 'b')
  mkdirSync(join(blocked, 'kees'), { recursive: true })
  const { exit, said, printed } = await install(blocked)
  t.strictSame([exit, printed], [6, ''])
  t.equal(said, `error: ${blocked}/kees cannot be written: it is not a file\n`)
  t.strictSame(readdirSync(blocked), ['kees'])
})

await t.test('a folder that cannot be', async (t) => {
  const { folder, install } = machine(t)
  const { exit, said } = await install(join(folder, 'node'))
  t.equal(exit, 6)
  t.match(said, /^error: .*\/node.* cannot be written: a part of the path is not a folder \(ENOTDIR\)\n$/)
})

await t.test('an invalid command line and missing programs are reported at once', async (t) => {
  const { folder, install } = machine(t)
  t.match(await install(), { exit: 2, said: 'error: the folder is missing: kees install DIR\n' })
  const io = fakeIo(undefined, {}, { node: join(folder, 'absent'), program: join(folder, 'node') })
  t.equal(await kees(['install', 'a', 'b'], io), 2)
  t.match(io.said(), /only one folder can be given/)
  for (const name of names) t.match(io.said(), `error: ${name} cannot be installed: ${folder}/`)
})

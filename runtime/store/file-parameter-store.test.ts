import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { failureOf } from '../failure.ts'
import { openFileParameterStore } from './file-parameter-store.ts'
import { runParameterStoreContract } from './parameter-store.contract.ts'
import { secretValue } from '../secret-value.ts'

const about = { description: 'made by a test' }
const value = secretValue('fakepassword')

const base = t.testdir()
let stores = 0
const newFolder = () => join(base, `store-${++stores}`)

await runParameterStoreContract(t, 'file store', () => ({
  store: openFileParameterStore(newFolder()),
  prefix: '',
}))

async function failureIn(work: Promise<unknown>): Promise<readonly [code?: string, message?: string]> {
  const failure = failureOf(await work.then(String, (error: unknown) => error))
  return failure ? [failure.code, failure.message] : []
}

await t.test('the first parameter creates the folder with mode 0700', async (test) => {
  const folder = join(newFolder(), 'deeper')
  await openFileParameterStore(folder).create('/a/b', value, about)
  test.equal((await stat(folder)).mode & 0o777, 0o700, 'the folder')
  test.strictSame(await readdir(folder), ['%2Fa%2Fb'], 'one file, named by the percent-encoded name')
  test.equal((await stat(join(folder, '%2Fa%2Fb'))).mode & 0o777, 0o600, 'the file')
  test.equal(await readFile(join(folder, '%2Fa%2Fb'), 'utf8'), 'fakepassword', 'its content is the value')
})

await t.test('only parameters are left in the folder', async (test) => {
  const folder = newFolder()
  const store = openFileParameterStore(folder)
  await store.create('/a', value, about)
  await store.create('/a', value, about)
  await store.replace('/b', value)
  test.strictSame((await readdir(folder)).toSorted(), ['%2Fa', '%2Fb'])
})

for (const mode of [0o750, 0o705, 0o710, 0o701, 0o777]) {
  await t.test(`a folder of mode ${mode.toString(8)} is refused by every method`, async (test) => {
    const folder = newFolder()
    await mkdir(folder)
    await chmod(folder, mode)
    const store = openFileParameterStore(folder)
    const message = new RegExp(`mode 0${mode.toString(8)}`)
    test.match(await failureIn(store.get([{ name: '/a' }])), ['STORE_UNSAFE', message])
    test.match(await failureIn(store.exists(['/a'])), ['STORE_UNSAFE', message])
    test.match(await failureIn(store.create('/a', value, about)), ['STORE_UNSAFE', message])
    test.match(await failureIn(store.replace('/a', value)), ['STORE_UNSAFE', message])
    test.strictSame(await readdir(folder), [])
  })
}

await t.test('reading from a missing folder is an error, and does not create it', async (test) => {
  const folder = newFolder()
  const store = openFileParameterStore(folder)
  test.match(await failureIn(store.get([{ name: '/a' }])), ['STORE_UNREADABLE', /store-.*does not exist/])
  test.strictSame(await store.exists(['/a']), new Set(), 'and nothing exists in it')
  await test.rejects(stat(folder), { code: 'ENOENT' })
})

await t.test('a file in place of the folder is an error', async (test) => {
  const path = newFolder()
  await writeFile(path, '')
  const store = openFileParameterStore(path)
  test.match(await failureIn(store.get([{ name: '/a' }])), ['STORE_UNREADABLE', /is not a folder/])
  const below = openFileParameterStore(join(path, 'below'))
  test.match(await failureIn(below.get([{ name: '/a' }])), ['STORE_UNREADABLE', /ENOTDIR/])
  test.match(await failureIn(below.create('/a', value, about)), ['STORE_UNREADABLE', /ENOTDIR/])
})

await t.test('a folder that cannot be created is an error', async (test) => {
  // Not even root can make a folder in /proc.
  const store = openFileParameterStore('/proc/kees-store')
  test.match(await failureIn(store.create('/a', value, about)), ['STORE_UNWRITABLE', /cannot write \/a in/])
})

await t.test('a selector is refused', async (test) => {
  const store = openFileParameterStore(newFolder())
  const refs = [{ name: '/a' }, { name: '/b', selector: '3' }]
  test.match(await failureIn(store.get(refs)), ['SELECTOR_UNSUPPORTED', /^a version or label is selected, /])
})

await t.test('a name that is too long for a file is refused', async (test) => {
  const store = openFileParameterStore(newFolder())
  const name = `/${'n'.repeat(300)}`
  test.match(await failureIn(store.create(name, value, about)), ['INVALID_NAME', /too long/])
  test.match(await failureIn(store.get([{ name }])), ['INVALID_NAME', /too long/])
})

await t.test('bytes that are not UTF-8 are refused, and not shown', async (test) => {
  const folder = newFolder()
  const store = openFileParameterStore(folder)
  await store.create('/a', value, about)
  await writeFile(join(folder, '%2Fa'), Buffer.from([0x66, 0xff, 0x6b]))
  test.match(await failureIn(store.get([{ name: '/a' }])), [
    'INVALID_VALUE',
    /^the value of \/a .*not UTF-8 text$/,
  ])
})

await t.test('the folder may be a symbolic link', async (test) => {
  const folder = newFolder()
  await openFileParameterStore(folder).create('/a', value, about)
  const link = newFolder()
  await symlink(folder, link)
  const { found } = await openFileParameterStore(link).get([{ name: '/a' }])
  test.equal(found[0]?.value.reveal(), 'fakepassword')
})

t.test('temporary files of a killed process are removed by the next writer', async (t) => {
  const folder = join(t.testdir(), 'store')
  const store = openFileParameterStore(folder)
  await store.replace('/a', secretValue('v'))
  for (const name of ['.new-old', '.new-young'])
    await writeFile(join(folder, name), 'fakevalue', { mode: 0o600 })
  const before = new Date(Date.now() - 120_000)
  await utimes(join(folder, '.new-old'), before, before)
  await store.replace('/b', secretValue('v'))
  t.strictSame((await readdir(folder)).toSorted(), ['%2Fa', '%2Fb', '.new-young'])
})

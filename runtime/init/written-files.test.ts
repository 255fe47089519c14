import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parsePodAnnotations } from '../../api/pod-annotations.ts'
import { writeFiles } from './write-files.ts'
import { areWritten, declaredPaths, filesExist, missingPaths } from './written-files.ts'

const { declared } = parsePodAnnotations(
  [
    ['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD'],
    ['secret.bsycorp.com/b', 'kind=REFERENCE,type=PASSWORD'],
    ['resource.bsycorp.com/c', ''],
  ],
  'bsycorp.com',
)
const settings = { secretsFile: '/secret/secret', resourcesFile: '/secret/resource' }

t.strictSame(
  [...declaredPaths(declared, { ...settings, format: 'json' })],
  ['/secret/secret', '/secret/resource'],
)
t.strictSame(
  [...declaredPaths(declared, { ...settings, format: 'files' })],
  ['/secret/secret/a', '/secret/secret/b', '/secret/resource/c'],
  'in the format files each declaration has its own',
)

t.test('a path is missing if it is no regular file', async (t) => {
  const folder = t.testdir({
    file: 'x',
    folder: {},
    link: t.fixture('symlink', 'file'),
    dangling: t.fixture('symlink', 'no'),
  })
  const paths = ['file', 'folder', 'link', 'dangling', 'absent', 'file/x'].map((name) => join(folder, name))
  t.strictSame(
    await missingPaths(paths),
    ['folder', 'dangling', 'absent', 'file/x'].map((name) => join(folder, name)),
  )
})

t.test('files are written when the disk has these very bytes', async (t) => {
  const folder = t.testdir({ text: 'h\u00e9', some: { a: '1', b: '2' } })
  const [text, some] = [join(folder, 'text'), join(folder, 'some')]
  const map = (entries: Record<string, string>) => new Map(Object.entries(entries))
  t.equal(await areWritten([]), true)
  t.equal(
    await areWritten([
      { path: text, content: 'h\u00e9' },
      { path: some, content: map({ a: '1', b: '2' }) },
    ]),
    true,
  )
  t.equal(await areWritten([{ path: text, content: 'he' }]), false)
  t.equal(await areWritten([{ path: join(folder, 'absent'), content: '' }]), false)
  t.equal(await areWritten([{ path: some, content: map({ a: '1' }) }]), false, 'one too many')
  t.equal(await areWritten([{ path: some, content: map({ a: '1', c: '2' }) }]), false, 'of another name')
  t.equal(await areWritten([{ path: some, content: map({ a: '1', b: '3' }) }]), false, 'of another value')
  t.equal(await areWritten([{ path: some, content: 'a text' }]), false)
  t.equal(await areWritten([{ path: text, content: map({}) }]), false)
})

t.test('a file that was written before and is not wanted now is seen', async (t) => {
  const [text, other] = [join(t.testdir(), 'text'), join(t.testdirName, 'other')]
  const file = { path: text, content: 'a' }
  await writeFiles([file, { path: other, content: 'b' }], 0o444, new Date())
  t.equal(await areWritten([file], [text, other]), false)
  await writeFiles([file], 0o444, new Date())
  t.equal(await areWritten([file], [text, other]), true)
  writeFileSync(other, "the user's own")
  t.equal(await areWritten([file], [text, other]), true)
})

t.test(
  'files exist after an earlier fetch has written its folders, even if the declarations have changed',
  async (t) => {
    const folder = t.testdir({ one: {}, two: {} })
    const own = { secretsFile: join(folder, 'one/secret'), resourcesFile: join(folder, 'two/resource') }
    const exist = (annotations: readonly (typeof declared)[number][], count: number) => {
      const wrong = Array.from({ length: count }, () => ({ exit: 1 as const, message: 'invalid' }))
      return filesExist({ declared: annotations, diagnostics: wrong }, { ...own, format: 'files' })
    }
    const secrets = declared.filter(({ declaration }) => declaration.what === 'secret')
    t.equal(await exist([], 0), true, 'nothing is declared')
    t.strictSame([await exist(secrets, 0), await exist([], 1)], [false, false], 'nothing is written')
    await writeFiles([{ path: own.secretsFile, content: new Map([['a', '1']]) }], 0o444, new Date())
    t.equal(await exist(secrets, 0), true, 'b is new')
    t.equal(await exist(secrets, 1), true, 'another one is invalid')
    t.equal(await exist(declared, 0), false, 'of two folders one was never written')
    t.equal(await exist(declared, 1), true)
  },
)

import { join } from 'node:path'
import t from 'tap'
import { parsePodAnnotations } from '../../api/pod-annotations.ts'
import { areWritten, declaredPaths, missingPaths } from './written-files.ts'

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

t.test('what is missing is what is no file', async (t) => {
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

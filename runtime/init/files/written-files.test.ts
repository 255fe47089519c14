import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import type { NewFile } from './file-tree.ts'
import { writeFiles } from './write-files.ts'
import { areWritten, filesExist, missingPaths } from './written-files.ts'

const { declared } = parsePodAnnotations(
  [
    ['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD'],
    ['secret.bsycorp.com/b', 'kind=REFERENCE,type=PASSWORD'],
    ['resource.bsycorp.com/c', ''],
  ],
  'bsycorp.com',
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
  const folder = t.testdir({})
  const path = (name: string) => join(folder, name)
  const map = (entries: Record<string, string>) => new Map(Object.entries(entries))
  const text: NewFile = { path: path('text'), content: 'h\u00e9' }
  const some: NewFile = { path: path('some'), content: map({ a: '1', b: '2' }) }
  const key: NewFile = { path: path('tls/key'), content: Buffer.from([255]), mode: 0o400, folder }
  t.equal(await areWritten([]), true)
  t.equal(await areWritten([text]), false, 'nothing is written')
  await writeFiles([text, some, key], 0o444, new Date())
  t.equal(await areWritten([text, some, key]), true)
  const others: readonly (readonly [title: string, files: readonly NewFile[]])[] = [
    ['of another text', [{ ...text, content: 'he' }, some, key]],
    ['one that is absent', [text, some, key, { path: path('absent'), content: '' }]],
    ['one too many', [text, some]],
    ['one too many in a folder', [text, { ...some, content: map({ a: '1' }) }, key]],
    ['of another name', [text, { ...some, content: map({ a: '1', c: '2' }) }, key]],
    ['of another value', [text, { ...some, content: map({ a: '1', b: '3' }) }, key]],
    ['a file in place of a folder', [text, { ...some, content: 'a text' }, key]],
    ['a folder in place of a file', [{ ...text, content: map({}) }, some, key]],
    ['of other bytes', [text, some, { ...key, content: Buffer.from([254]) }]],
    ['of another mode', [text, some, { ...key, mode: 0o440 }]],
    ['in another folder below', [text, some, { ...key, path: path('tls/x/key') }]],
  ]
  for (const [title, files] of others) t.equal(await areWritten(files), false, title)
  const empty = t.testdir({ text: 'x' })
  t.equal(await areWritten([], [empty]), false, 'a folder that has not appeared')
  await writeFiles([], 0o444, new Date(), [empty])
  t.equal(await areWritten([], [empty]), true, "with a user's own file in it")
})

t.test('a file that was written before and is not wanted now is seen', async (t) => {
  const [text, other] = [join(t.testdir(), 'text'), join(t.testdirName, 'other')]
  const file = { path: text, content: 'a' }
  await writeFiles([file, { path: other, content: 'b' }], 0o444, new Date())
  t.equal(await areWritten([file]), false)
  await writeFiles([file], 0o444, new Date())
  t.equal(await areWritten([file]), true)
  writeFileSync(other, "the user's own")
  t.equal(await areWritten([file]), true)
})

t.test(
  'files exist after an earlier fetch has written its folders, even if the declarations have changed',
  async (t) => {
    const folder = t.testdir({ one: {}, two: {} })
    const own = {
      secretsFile: join(folder, 'one/secret'),
      resourcesFile: join(folder, 'two/resource'),
      envFile: join(folder, 'env/env'),
    }
    const exist = (annotations: readonly (typeof declared)[number][], count: number) => {
      const wrong = Array.from({ length: count }, () => ({ exit: 1 as const, message: 'invalid' }))
      const read = { declared: annotations, composed: [], diagnostics: wrong }
      return filesExist(read, { ...own, format: 'files' })
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

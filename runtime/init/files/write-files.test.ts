import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { failureOf } from '../../failure.ts'
import type { NewFile } from './file-tree.ts'
import { writeFiles } from './write-files.ts'

const now = new Date('2026-01-31T12:34:56.789Z')

/** An empty folder, a place of the test alone. */
function newFolder(t: Test): string {
  return t.testdir({})
}

const write = (files: readonly NewFile[], mode = 0o444) => writeFiles(files, mode, now)

async function failureIn(work: Promise<unknown>) {
  return failureOf(await work.then(String, (error: unknown) => error))
}

/** The names in a folder, with what links point to. */
async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  const shown = names.map(async (name) => {
    const path = join(folder, name)
    return (await lstat(path)).isSymbolicLink() ? `${name} -> ${await readlink(path)}` : name
  })
  return (await Promise.all(shown)).toSorted()
}

t.test('the files of a folder are links through one link to one version', async (t) => {
  const folder = newFolder(t)
  await write([
    { path: join(folder, 'secret'), content: 'a=1\n' },
    { path: join(folder, 'resource'), content: 'b=2\n' },
  ])
  const version = await readlink(join(folder, '..data'))
  t.match(version, /^\.\.2026_01_31_12_34_56\.[0-9a-f]{8}$/)
  t.strictSame(await list(folder), [
    version,
    `..data -> ${version}`,
    'resource -> ..data/resource',
    'secret -> ..data/secret',
  ])
  t.equal(await readFile(join(folder, 'secret'), 'utf8'), 'a=1\n')
  t.equal(await readFile(join(folder, 'resource'), 'utf8'), 'b=2\n')
})

for (const mode of [0o444, 0o400, 0o640]) {
  t.test(
    `files have mode ${mode.toString(8)}, and all users may enter their folder, with any umask`,
    async (t) => {
      const folder = newFolder(t)
      const before = process.umask(0o077)
      t.teardown(() => process.umask(before))
      await write([{ path: join(folder, 'secret'), content: '' }], mode)
      t.equal((await stat(join(folder, 'secret'))).mode & 0o777, mode)
      t.equal((await stat(join(folder, '..data'))).mode & 0o777, 0o755)
    },
  )
}

t.test('in a folder that hands its group on, as volumes with fsGroup do, the files get it', async (t) => {
  const folder = newFolder(t)
  await chmod(folder, 0o2777)
  await write([{ path: join(folder, 'secret'), content: new Map([['a', '1']]) }], 0o440)
  t.equal((await stat(join(folder, '..data'))).mode & 0o7777, 0o2755)
  t.equal((await stat(join(folder, 'secret'))).mode & 0o7777, 0o2755)
})

t.test('a second time, all is replaced and nothing old is left', async (t) => {
  const folder = newFolder(t)
  const [secret, resource] = [join(folder, 'secret'), join(folder, 'resource')]
  await write([
    { path: secret, content: 'old' },
    { path: resource, content: 'old' },
  ])
  const old = await readlink(join(folder, '..data'))
  await write([{ path: secret, content: 'new' }])
  const version = await readlink(join(folder, '..data'))
  t.not(version, old)
  t.strictSame(await list(folder), [version, `..data -> ${version}`, 'secret -> ..data/secret'])
  t.equal(await readFile(secret, 'utf8'), 'new')
})

t.test('what a killed run left is cleaned up, what others left is not', async (t) => {
  const folder = newFolder(t)
  await mkdir(join(folder, '..2026_01_30_00_00_00.00000000'))
  await writeFile(join(folder, '..2026_01_30_00_00_00.00000000', 'secret'), 'half')
  await symlink('..2026_01_30_00_00_00.00000000', join(folder, '..data_2026_01_30_00_00_00.00000000'))
  await symlink('..data/secret', join(folder, 'secret'))
  await symlink('..data/gone', join(folder, 'gone'))
  await writeFile(join(folder, 'other'), 'other')
  await symlink('elsewhere', join(folder, 'link'))
  await mkdir(join(folder, '..2026_other'))
  await write([{ path: join(folder, 'secret'), content: 'new' }])
  const version = await readlink(join(folder, '..data'))
  t.strictSame(
    await list(folder),
    [
      version,
      '..2026_other',
      `..data -> ${version}`,
      'link -> elsewhere',
      'other',
      'secret -> ..data/secret',
    ].toSorted(),
  )
})

t.test('a folder that is spelt in two ways is one', async (t) => {
  const folder = newFolder(t)
  await write([
    { path: join(folder, 'secret'), content: '1' },
    { path: `${folder}//x/../resource`, content: '2' },
  ])
  const version = await readlink(join(folder, '..data'))
  t.strictSame(await list(join(folder, version)), ['resource', 'secret'])
})

t.test('a folder of files is a symbolic link too, and all users may enter it', async (t) => {
  const folder = newFolder(t)
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  const content = new Map([
    ['db.password', 'fakepassword'],
    ['empty', ''],
  ])
  await write([
    { path: join(folder, 'secret'), content },
    { path: join(folder, 'resource'), content: 'a=1\n' },
  ])
  const version = await readlink(join(folder, '..data'))
  t.strictSame(await list(folder), [
    version,
    `..data -> ${version}`,
    'resource -> ..data/resource',
    'secret -> ..data/secret',
  ])
  t.strictSame(await list(join(folder, 'secret')), ['db.password', 'empty'])
  t.equal(await readFile(join(folder, 'secret/db.password'), 'utf8'), 'fakepassword')
  t.equal((await stat(join(folder, 'secret/db.password'))).mode & 0o777, 0o444)
  t.equal((await stat(join(folder, 'secret/'))).mode & 0o777, 0o755)
  await write([{ path: join(folder, 'secret'), content: new Map([['other', 'x']]) }])
  t.strictSame(await list(join(folder, 'secret')), ['other'], 'the files of removed declarations are removed')
})

t.test(
  'files below folders appear with the others, each with its own mode, and vanish with its declaration',
  async (t) => {
    const folder = newFolder(t)
    const below = (path: string, content: string | Uint8Array, mode?: number): NewFile => ({
      path: join(folder, path),
      content,
      folder,
      mode,
    })
    const key = below('tls/private/server.key', Buffer.from([0, 255, 128]), 0o400)
    await write([below('secret', 'a=1\n'), key, below('tls/ca.pem', 'ca'), below('a.txt', 'a', 0o440)])
    const version = await readlink(join(folder, '..data'))
    t.strictSame(await list(folder), [
      version,
      `..data -> ${version}`,
      'a.txt -> ..data/a.txt',
      'secret -> ..data/secret',
      'tls -> ..data/tls',
    ])
    t.strictSame(await readFile(join(folder, 'tls/private/server.key')), Buffer.from([0, 255, 128]))
    const modes = ['tls/private/server.key', 'tls/ca.pem', 'a.txt', 'tls/private/.', 'tls/.'].map(
      async (path) => (await stat(join(folder, path))).mode & 0o777,
    )
    t.strictSame(await Promise.all(modes), [0o400, 0o444, 0o440, 0o755, 0o755])

    await write([below('secret', 'a=1\n'), below('tls/ca.pem', 'new')])
    t.strictSame(await list(join(folder, 'tls/.')), ['ca.pem'])
    t.strictSame((await list(folder)).slice(2), ['secret -> ..data/secret', 'tls -> ..data/tls'])
    await write([below('secret', 'a=1\n')])
    t.strictSame((await list(folder)).slice(2), ['secret -> ..data/secret'])
  },
)

t.test('a folder appears without a file too, where it is named', async (t) => {
  const folder = newFolder(t)
  await writeFiles([], 0o444, now, [folder])
  const version = await readlink(join(folder, '..data'))
  t.strictSame(await list(folder), [version, `..data -> ${version}`])
  await write([{ path: join(folder, 'secret'), content: '1' }])
  await writeFiles([], 0o444, now, [`${folder}/`])
  t.equal((await list(folder)).length, 2, 'the last file has vanished')
})

t.test('no folder is swapped unless all of them are ready', async (t) => {
  const base = t.testdir({ first: {}, second: {} })
  const [first, second] = [join(base, 'first'), join(base, 'second')]
  const content = (text: string): NewFile[] => [
    { path: join(second, 'secret'), content: text },
    { path: join(first, 'env'), content: text },
  ]
  await writeFiles(content('old'), 0o444, now, [first, second])
  await rm(join(second, '..data'))
  await mkdir(join(second, '..data'))
  t.match(await failureIn(writeFiles(content('new'), 0o444, now, [first, second])), {
    code: 'OUTPUT_UNWRITABLE',
  })
  t.equal(await readFile(join(first, 'env'), 'utf8'), 'old')
})

t.test('two folders each get their files', async (t) => {
  const base = t.testdir({ a: {}, b: {} })
  await write([
    { path: join(base, 'a', 'secret'), content: '1' },
    { path: join(base, 'b', 'resource'), content: '2' },
  ])
  t.equal(await readFile(join(base, 'a', 'secret'), 'utf8'), '1')
  t.equal(await readFile(join(base, 'b', 'resource'), 'utf8'), '2')
})

t.test('a reader sees the old or the new, never a part', async (t) => {
  const folder = newFolder(t)
  const path = join(folder, 'secret')
  await write([{ path, content: 'a'.repeat(10_000) }])
  const written = new AbortController()
  const reader = async () => {
    let reads = 0
    for (; !written.signal.aborted; reads++) {
      const content = await readFile(path, 'utf8')
      if (content !== content.charAt(0).repeat(10_000)) throw new Error(`read ${content.length} bytes`)
    }
    return reads
  }
  const reading = reader()
  for (const letter of 'bcdefghij') await write([{ path, content: letter.repeat(10_000) }])
  written.abort()
  t.ok((await reading) > 0)
})

type Obstacle = readonly [title: string, make: (folder: string) => Promise<unknown>, message: RegExp]
const obstacles: readonly Obstacle[] = [
  [
    'a file in place of the file',
    (folder) => writeFile(join(folder, 'secret'), 'kept'),
    /secret" exists and is not a link/,
  ],
  [
    'a folder in place of the file',
    (folder) => mkdir(join(folder, 'secret')),
    /secret" exists and is not a link/,
  ],
  [
    'a link to elsewhere',
    (folder) => symlink('/etc/passwd', join(folder, 'secret')),
    /secret" exists and is not a link/,
  ],
  [
    'a file in place of ..data',
    (folder) => writeFile(join(folder, '..data'), 'kept'),
    /\.\.data" exists and is not a link/,
  ],
  [
    'a folder in place of ..data',
    (folder) => mkdir(join(folder, '..data')),
    /\.\.data" exists and is not a link/,
  ],
  [
    'a link ..data of others',
    (folder) => symlink('elsewhere', join(folder, '..data')),
    /\.\.data" exists and is not a link/,
  ],
  ['no folder', (folder) => rm(folder, { recursive: true }), /does not exist: is its volume mounted there/],
  [
    'a file in place of the folder',
    async (folder) => {
      await rm(folder, { recursive: true })
      await writeFile(folder, '')
    },
    /ENOTDIR/,
  ],
]
for (const [title, make, message] of obstacles) {
  t.test(`${title} is not changed, and nothing is written`, async (t) => {
    const base = t.testdir({ secret: {}, other: {} })
    const folder = join(base, 'secret')
    await make(folder)
    const before = await list(folder).catch(() => [])
    const files = [
      { path: join(base, 'other', 'resource'), content: 'fakepassword' },
      { path: join(folder, 'secret'), content: 'fakepassword' },
    ]
    const failure = await failureIn(write(files))
    t.match(failure, { code: 'OUTPUT_UNWRITABLE', message })
    t.strictSame(await list(folder).catch(() => []), before)
    t.strictSame(await list(join(base, 'other')), [], 'the other folder is clean again')
  })
}

t.test('an error half-way leaves what was there before', async (t) => {
  const folder = newFolder(t)
  await write([{ path: join(folder, 'secret'), content: 'old' }])
  const before = await list(folder)
  const failure = await failureIn(
    write([
      { path: join(folder, 'a'), content: 'a' },
      { path: join(folder, 'x'.repeat(256)), content: 'b' },
    ]),
  )
  t.match(failure, { code: 'OUTPUT_UNWRITABLE', message: /ENAMETOOLONG/ })
  t.strictSame(await list(folder), before)
  t.equal(await readFile(join(folder, 'secret'), 'utf8'), 'old')
})

t.test('a file system that takes no folders is unwritable, for root too', async (t) => {
  const path = '/proc/secret'
  t.match(await failureIn(write([{ path, content: '' }])), {
    code: 'OUTPUT_UNWRITABLE',
    message: new RegExp(`the files of "${dirname(path)}" cannot be written`),
  })
})

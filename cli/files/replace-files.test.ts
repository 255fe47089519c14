import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { failureOf } from '../../runtime/failure.ts'
import { replaceFiles } from './replace-files.ts'

await t.test('new files get the usual mode, in folders that are made', async (t) => {
  const folder = t.testdir()
  await replaceFiles(new Map([[join(folder, 'deep/er/file'), 'text']]))
  t.equal(readFileSync(join(folder, 'deep/er/file'), 'utf8'), 'text')
  t.equal(statSync(join(folder, 'deep/er/file')).mode & 0o600, 0o600)
})

await t.test('an error leaves every file as it was, and nothing beside them', async (t) => {
  const folder = t.testdir({ first: 'old', file: '' })
  const files = new Map([
    [join(folder, 'first'), 'new'],
    [join(folder, 'file/second'), 'new'],
  ])
  const failure = await replaceFiles(files).catch(failureOf)
  t.match(failure, { code: 'OUTPUT_UNWRITABLE' })
  t.equal(readFileSync(join(folder, 'first'), 'utf8'), 'old')
  t.strictSame(readdirSync(folder).toSorted(), ['file', 'first'])
})

await t.test('a link within the folder stays, and one out of it is refused', async (t) => {
  const folder = t.testdir({ 'target.yaml': 'old', inner: { 'real.yaml': 'old' } })
  const inner = join(folder, 'inner')
  symlinkSync('real.yaml', join(inner, 'near.yaml'))
  symlinkSync('../target.yaml', join(inner, 'far.yaml'))
  await replaceFiles(new Map([[join(inner, 'near.yaml'), 'new']]))
  t.equal(readFileSync(join(inner, 'real.yaml'), 'utf8'), 'new')
  t.ok(lstatSync(join(inner, 'near.yaml')).isSymbolicLink())
  const failure = await replaceFiles(new Map([[join(inner, 'far.yaml'), 'new']])).catch(failureOf)
  t.match(failure, {
    code: 'OUTPUT_UNWRITABLE',
    message: /far\.yaml cannot be written: it is a link out of its folder/,
  })
  t.equal(readFileSync(join(folder, 'target.yaml'), 'utf8'), 'old')
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  await t.test(`${signal} in the middle leaves every file as it was, and nothing beside them`, async (t) => {
    const names = Array.from({ length: 20 }, (_, index) => `file${index}`)
    const folder = t.testdir(Object.fromEntries(names.map((name) => [name, 'old'])))
    const script = `
      import { join } from 'node:path'
      import { replaceFiles } from ${JSON.stringify(join(import.meta.dirname, './replace-files.ts'))}
      const files = new Map(${JSON.stringify(names)}.map((name) => [join(${JSON.stringify(folder)}, name), 'new']))
      const entries = files[Symbol.iterator].bind(files)
      let count = 0
      files[Symbol.iterator] = function* () {
        for (const entry of entries()) {
          if (count++ === 10) process.kill(process.pid, '${signal}')
          yield entry
        }
      }
      await replaceFiles(files)
      console.log('written')`
    // What tap loads into every Node ends it in another way.
    const node = ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '--eval', script]
    const child = spawn('env', node)
    const said = text(child.stdout)
    const [, ended] = await once(child, 'close')
    t.strictSame([ended, await said], [signal, ''])
    t.strictSame(readdirSync(folder).toSorted(), names.toSorted())
    for (const name of names) t.equal(readFileSync(join(folder, name), 'utf8'), 'old')
  })
}

await t.test('a folder in the place of a file is an error', async (t) => {
  const folder = t.testdir()
  mkdirSync(join(folder, 'taken'))
  const files = new Map([
    [join(folder, 'first'), 'new'],
    [join(folder, 'taken'), 'new'],
  ])
  const failure = await replaceFiles(files).catch(failureOf)
  t.match(failure, { code: 'OUTPUT_UNWRITABLE' })
  t.strictSame(readdirSync(folder), ['taken'])
})

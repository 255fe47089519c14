import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { failureOf } from '../runtime/failure.ts'
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

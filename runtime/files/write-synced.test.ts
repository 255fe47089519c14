import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeSynced } from './write-synced.ts'

t.test('the file is created with the given mode', async (t) => {
  const path = join(t.testdir(), 'file')
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  await writeSynced(path, 'text', 0o644)
  t.equal(readFileSync(path, 'utf8'), 'text')
  t.equal(statSync(path).mode & 0o777, 0o644)
  await writeSynced(`${path}-2`, 'text')
  t.equal(statSync(`${path}-2`).mode & 0o777, 0o600)
  await t.rejects(writeSynced(path, 'other'), { code: 'EEXIST' })
  t.equal(readFileSync(path, 'utf8'), 'text')
})

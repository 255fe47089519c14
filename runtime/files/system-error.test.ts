import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { systemCode, systemReason, unlessAbsent } from './system-error.ts'

const folder = t.testdir({ file: 'content' })
const absent = readFile(join(folder, 'absent'))

await t.test('an error of the system has a code', async (test) => {
  const error = await absent.catch((caught: unknown) => caught)
  test.equal(systemCode(error), 'ENOENT')
  test.equal(systemCode(new Error('x')), undefined, 'another error has none')
  test.equal(
    systemCode(Object.assign(new Error('x'), { code: 'ERR_X' })),
    undefined,
    "an error of Node's has none",
  )
  test.equal(systemCode('ENOENT'), undefined, 'what is no error has none')
})

t.equal(systemReason('EACCES'), 'permission is denied (EACCES)', 'a known code is explained')
t.equal(systemReason('EMLINK'), 'EMLINK', 'another stands for itself')

await t.test('only a missing file is ignored', async (test) => {
  test.equal(await unlessAbsent(readFile(join(folder, 'absent'))), undefined)
  test.equal(await unlessAbsent(readFile(join(folder, 'file'), 'utf8')), 'content')
  await test.rejects(unlessAbsent(readFile(join(folder, 'file', 'below'))), { code: 'ENOTDIR' })
})

import { join } from 'node:path'
import t from 'tap'
import { syncFolder } from './sync-folder.ts'

await t.test('a folder is synced, and one that is absent is an error', async (test) => {
  const folder = test.testdir()
  await test.resolves(syncFolder(folder))
  await test.rejects(syncFolder(join(folder, 'absent')), { code: 'ENOENT' })
})

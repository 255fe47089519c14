import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { removeTree } from './remove-tree.ts'

t.test('a folder goes with all that is in it, and what a link points to stays', async (t) => {
  const folder = t.testdir({
    tree: { file: 'x', deeper: { file: 'x', link: t.fixture('symlink', '../../kept') } },
    kept: { file: 'x' },
    link: t.fixture('symlink', 'kept'),
  })
  for (const name of ['tree', 'link', 'absent']) await removeTree(join(folder, name))
  t.strictSame(readdirSync(folder), ['kept'])
  t.ok(existsSync(join(folder, 'kept/file')))
})

t.test('what is wrong is the error of the system', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file/below')
  await t.rejects(removeTree(path), { code: 'ENOTDIR' })
})

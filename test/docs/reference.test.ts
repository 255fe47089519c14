/** The reference pages are those that the tables of the programs generate. */
import { join } from 'node:path'
import t from 'tap'
import { referencePages } from '../../scripts/reference-pages.ts'
import { golden, root } from '../programs/programs.ts'

for (const [name, text] of referencePages()) {
  t.test(`docs/reference/${name} is up to date`, async (t) => {
    t.equal(golden(join(root, 'docs/reference', name), text), text)
  })
}

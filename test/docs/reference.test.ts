/** The reference and the programs' own tables say the same. */
import { join } from 'node:path'
import t from 'tap'
import { referencePages } from '../../scripts/reference-pages.ts'
import { golden, root } from '../programs/programs.ts'

for (const [name, text] of referencePages()) {
  t.test(`docs/reference/${name} is what the tables say`, async (t) => {
    t.equal(golden(join(root, 'docs/reference', name), text), text)
  })
}

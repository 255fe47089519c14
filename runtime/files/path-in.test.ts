import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { pathIn, resolvePath } from './path-in.ts'

const path = fc
  .array(fc.constantFrom('/', '//', '.', '..', '..data', 'secret', 'a.b'), { maxLength: 8 })
  .map((parts) => parts.join(''))

t.test('paths are those of join and resolve', async () => {
  fc.assert(fc.property(path, path, (folder, name) => pathIn(folder, name) === join(folder, name)))
  fc.assert(fc.property(path, (one) => resolvePath(one) === resolve(one)))
  fc.assert(fc.property(path, (one) => resolvePath(`/${one}`) === resolve(`/${one}`)))
})

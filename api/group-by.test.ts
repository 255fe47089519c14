import fc from 'fast-check'
import t from 'tap'
import { groupBy } from './group-by.ts'

t.test('groups as Map.groupBy does', async () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'bb', 'cc', 'd', '__proto__')), (all) => {
      const keyOf = (one: string) => `${one.length}`
      t.strictSame([...groupBy(all, keyOf)], [...Map.groupBy(all, keyOf)])
    }),
  )
})

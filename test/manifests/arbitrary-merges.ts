/** Maps that have the same few keys, with merge keys (`<<`) in any place, of any kind. */
import * as fc from 'fast-check'

const key = fc.constantFrom('a', 'b', 'c')
const alias = fc.constantFrom('*p', '*q')
const plain = fc.tuple(key, fc.integer({ min: 0, max: 99 })).map(([name, value]) => `${name}: ${value}`)

const mergeKey = fc.oneof(
  { weight: 20, arbitrary: fc.constant('<<') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"<<"', '! <<', '! "<<"', '!!merge "<<"', '!!merge <<', '!!str <<'),
  },
)

const { map } = fc.letrec<{ map: string; merge: string }>((tie) => ({
  merge: fc
    .oneof(
      { depthSize: 'small' },
      alias,
      tie('map'),
      fc
        .array(fc.oneof(alias, tie('map')), { minLength: 1, maxLength: 3 })
        .map((maps) => `[${maps.join(', ')}]`),
    )
    .chain((value) => mergeKey.map((name) => `${name}: ${value}`)),
  map: fc
    .tuple(
      fc.uniqueArray(plain, { maxLength: 3, selector: (one) => one[0] }),
      fc.array(tie('merge'), { maxLength: 2, depthIdentifier: 'merge', size: 'small' }),
      fc.array(fc.nat(), { minLength: 2, maxLength: 2 }),
    )
    .map(([keys, merges, places]) => {
      const entries = merges.reduce((before: readonly string[], one, index) => {
        return before.toSpliced((places[index] ?? 0) % (before.length + 1), 0, one)
      }, keys)
      return `{${entries.join(', ')}}`
    }),
}))

export const arbitraryMerges = fc
  .tuple(map, map, map)
  .map(
    ([x, y, z]) =>
      `p: &p ${x.replaceAll(/\*[pq]/g, '{a: 100}')}\nq: &q ${y.replaceAll('*q', '*p')}\nr: ${z}\n`,
  )

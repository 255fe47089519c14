import * as fc from 'fast-check'
import t from 'tap'
import { hashOf, jumpHash } from './jump-hash.ts'

const bucketOf = (name: string, buckets: number) => jumpHash(hashOf(name), buckets)

// As other implementations of the paper compute them.
const known = [
  [1n, 1, 0],
  [42n, 57, 43],
  [0xdead10ccn, 1, 0],
  [0xdead10ccn, 666, 361],
  [256n, 1024, 520],
] as const
for (const [key, buckets, bucket] of known) t.equal(jumpHash(key, buckets), bucket, `${key} of ${buckets}`)

t.test('with one bucket more, names move into the new one only', async () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (name, buckets) => {
      const [before, after] = [bucketOf(name, buckets), bucketOf(name, buckets + 1)]
      if (before < 0 || before >= buckets) throw new Error(`${before}`)
      return after === before || after === buckets
    }),
  )
})

t.test('names are spread evenly', async (test) => {
  const counts = Array.from({ length: 8 }, () => 0)
  for (let index = 0; index < 8000; index++) {
    const bucket = bucketOf(`/prod/secret-${index}`, 8)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  for (const [bucket, count] of counts.entries()) test.ok(count > 850 && count < 1150, `${bucket}: ${count}`)
})

import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { failureOf } from '../failure.ts'
import { readListItems } from './list-items.ts'
import { peer } from '../fixtures.ts'

async function read(bytes: Buffer, cuts: readonly number[] = []) {
  const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted((a, b) => a - b)
  const source = async function* () {
    for (const [index, edge] of edges.entries()) yield bytes.subarray(edges[index - 1] ?? 0, edge)
  }
  const items: unknown[] = []
  const rest = await readListItems(source(), peer, (item) => items.push(item))
  return { items, rest }
}

t.test(
  'the items and the rest are those of the whole text, however it is split into chunks and indented',
  async () => {
    const metadata = fc.dictionary(fc.string(), fc.jsonValue())
    const item = fc.dictionary(fc.string(), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(
        metadata,
        fc.array(item, { maxLength: 5 }),
        fc.array(fc.nat(300), { maxLength: 8 }),
        fc.constantFrom(undefined, 2),
        async (meta, items, cuts, space) => {
          const list = { kind: 'List', metadata: meta, items, after: { more: [1, '{', [{}]] } }
          const got = await read(Buffer.from(JSON.stringify(list, null, space)), cuts)
          return (
            JSON.stringify(got.items) === JSON.stringify(items) &&
            JSON.stringify(got.rest) === JSON.stringify({ ...list, items: [] })
          )
        },
      ),
      runs(200),
    )
  },
)

t.test('an answer without items is returned as it is', async (t) => {
  const status = { kind: 'Status', message: 'no', details: { causes: [{ reason: 'x' }, { reason: 'y' }] } }
  t.strictSame(await read(Buffer.from(JSON.stringify(status))), { items: [], rest: status })
})

for (const text of ['', '<html>', '{"items":[{"a":1},{"b"', '{"items":[{"a":1}]', '{"items":[{"a":x}]}']) {
  t.test(`what is cut off or no JSON is a broken answer: ${text}`, async (t) => {
    const error: unknown = await read(Buffer.from(text)).catch((caught: unknown) => caught)
    t.match(failureOf(error), { code: 'BAD_ANSWER' })
  })
}

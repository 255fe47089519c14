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
  const rest = await readListItems(source(), peer, { item: (object) => items.push(object) })
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

const withFields = (name: string, managedFields: unknown) => ({
  kind: 'Pod',
  metadata: { name, annotations: { a: '"managedFields":[{' }, managedFields, labels: { managedFields: '[' } },
  managedFields: [name],
})

t.test('the managed fields of an item are not parsed', async (t) => {
  const fields = [{ manager: 'm', fieldsV1: { 'f:a': { '.': {}, 'k:{"type":"]}"}': {} } } }, []]
  const list = { metadata: { managedFields: [1] }, items: [withFields('a', fields), withFields('b', [])] }
  const expected = [withFields('a', []), withFields('b', [])]
  t.strictSame(await read(Buffer.from(JSON.stringify(list))), {
    items: expected,
    rest: { ...list, items: [] },
  })
})

t.test('nothing else is missing, whatever they contain and however the list is split', async () => {
  const emptied = (items: unknown[]) =>
    JSON.stringify(items, (key, value: unknown) => (key === 'managedFields' ? [] : value))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(900), { maxLength: 8 }),
      async (fields, cuts) => {
        const items = fields.map((some, index) => withFields(`${index}`, some))
        const got = await read(Buffer.from(JSON.stringify({ items, after: 1 })), cuts)
        return emptied(got.items) === emptied(items) && JSON.stringify(got.rest) === '{"items":[],"after":1}'
      },
    ),
    runs(200),
  )
})

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

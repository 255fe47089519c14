/** Text that is read in pieces has the objects that it has as a whole, at the same places, or is not read in pieces. */
import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { runs, triesMany } from '../../api/test-effort.ts'
import { print, style, value } from '../yaml/arbitrary-yaml.ts'
import { parseSource } from '../yaml/parse.ts'
import { toValue } from '../yaml/value.ts'
import { damaged, resourceList } from './arbitrary-list.ts'
import { itemsUnder, type ManifestItem } from './manifest-item.ts'
import { manifestPieces } from './manifest-pieces.ts'

const shown = (items: readonly ManifestItem[]) =>
  items.map(({ object, root, document }) => ({
    object,
    value: toValue(root),
    start: root.start + document.at,
    end: root.end + document.at,
  }))

/** Undefined where one of the pieces cannot be read. */
function inPieces(text: string) {
  const read = manifestPieces(text)?.map((piece) => piece())
  const items = read?.flatMap((one) => one ?? [])
  return items && read?.every((one) => one !== undefined) ? shown(items) : undefined
}

function asWhole(text: string) {
  const { value: documents } = parseSource(text)
  return documents && shown(documents.flatMap((one) => itemsUnder(one, one.root)))
}

const object = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`
const list = (...items: readonly string[]) =>
  `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join('')}`
const item = (name: string) =>
  `- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: ${name}}\n  data: {a: b}\n`

const read: readonly (readonly [title: string, text: string, names: readonly string[]])[] = [
  ['one document', object('a'), ['a']],
  ['documents', `${object('a')}---\n${object('b')}`, ['a', 'b']],
  ['a marker before the first document', `---\n${object('a')}---\n${object('b')}`, ['a', 'b']],
  ['documents of nothing', `---\n---\n${object('a')}---\n# a comment\n---\n`, ['a']],
  ['a text with other letters', `${object('a', 'data: {x: é}\n')}---\n${object('b')}`, ['a', 'b']],
  ['the items of a List', `apiVersion: v1\nkind: List\nitems:\n${item('a')}${item('b')}`, ['a', 'b']],
  ['a ResourceList', list(item('a'), item('b')), ['a', 'b']],
  ['a block scalar with dashes', `${object('a', 'data:\n  x: |\n    ---\n')}---\n${object('b')}`, ['a', 'b']],
]
for (const [title, text, names] of read) {
  t.test(`read: ${title}`, async (t) => {
    const found = inPieces(text)
    t.strictSame(
      found?.map((one) => one.object.name),
      names,
    )
    t.strictSame(found, asWhole(text))
  })
}

const notRead: readonly (readonly [title: string, text: string])[] = [
  ['a last line without an end', object('a').trimEnd()],
  ['a comment behind the marker', `${object('a')}--- # b\n${object('b')}`],
  ['a document that ends by dots', `${object('a')}...\n${object('b')}`],
  ['a directive', `%YAML 1.1\n---\n${object('a')}`],
  ['a marker inside of quotes', `${object('a', 'data:\n  x: "a\n---\n')}  b"\n`],
  ['a byte order mark behind the marker', `${object('a')}---\n\ufeff${object('b')}`],
  ['a percent sign behind the marker', `${object('a')}---\n%${object('b')}`],
  ['line ends of Windows', `${object('a')}---\n${object('b')}`.replaceAll('\n', '\r\n')],
  ['an item without a kind', list(item('a'), '- apiVersion: v1\n  metadata: {name: b}\n')],
  [
    'an alias of an anchor in another document',
    `${object('a', 'data: &x {}\n')}---\n${object('b', 'data: *x\n')}`,
  ],
  ['a syntax error', `${object('a')}---\n${object('b', 'data: [\n')}`],
]
for (const [title, text] of notRead) {
  t.test(`not read in pieces: ${title}`, async (t) => t.equal(inPieces(text), undefined))
}

const manifest = fc
  .record({ root: value.value, style, name: fc.constantFrom('a', 'b') })
  .map(({ root, style: how, name }) =>
    print({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, root }, how),
  )
const stream = fc
  .array(manifest, { minLength: 1, maxLength: 4 })
  .map((all) => all.map((one) => (one.endsWith('\n') ? one : `${one}\n`)).join('---\n'))

for (const [title, texts] of [
  ['and whole streams', fc.oneof(stream, damaged(stream))],
  ['ResourceLists', damaged(resourceList(manifest))],
] as const) {
  t.test(`as a whole: damaged ${title}`, async (t) => {
    const tries = runs(300)
    let count = 0
    fc.assert(
      fc.property(texts, (text) => {
        const found = inPieces(text)
        if (found === undefined) return
        count++
        deepStrictEqual(found, asWhole(text))
      }),
      tries,
    )
    if (triesMany) t.ok(count > tries.numRuns / 10, 'many are read in pieces')
    else t.pass()
  })
}

import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { print, style, value } from './arbitrary-yaml.ts'
import { parseByEvents, parseSource } from './parse.ts'
import { parsePlain } from './parse-plain.ts'
import { toValue } from './value.ts'

/** With all that is read here. */
const manifest = `# A comment.
apiVersion: apps/v1
kind : Deployment # Another.
'metadata':
  name: "app"
  annotations:
    id: |
      group: apps

        kind: Deployment

    text: >-
      one
      two
    quoted: 'it''s'
    escaped: "a \\"b\\" \\\\ \\n"
    url: http://example.com:80/#top, and [more]
  empty:

  labels: {app: x, "tier":{}, 'list': [a, "b" , c:d]}
spec:
  containers:
  - name: app
    args: ["--one", -2, --three]
    command:
    - --four=5
    - -6
    - --
    - ..data
    # Between.
    ports: []
    nested:
      - - a
        -   b: c
            d: -e
      -
        f: g
      -
  negative: -1
  dots: .5
`

t.test('a manifest', async (t) => {
  const root = parsePlain(manifest)
  t.ok(root, 'is plain')
  t.strictSame(root, parseByEvents(manifest).value?.[0]?.root, 'the tree is that of the events')
  t.match(root && toValue(root), {
    metadata: {
      annotations: {
        id: 'group: apps\n\n  kind: Deployment\n',
        text: 'one two',
        quoted: "it's",
        escaped: 'a "b" \\ \n',
      },
      empty: null,
      labels: { app: 'x', tier: {}, list: ['a', 'b', 'c:d'] },
    },
    spec: {
      containers: [
        {
          args: ['--one', -2, '--three'],
          command: ['--four=5', -6, '--', '..data'],
          nested: [['a', { b: 'c', d: '-e' }], { f: 'g' }, null],
        },
      ],
      negative: -1,
      dots: 0.5,
    },
  })
})

t.test('a text without a line end', async (t) => {
  t.ok(parsePlain('a:\n- b'), 'is plain')
  t.strictSame(parsePlain('a:\n- b'), parseByEvents('a:\n- b').value?.[0]?.root)
})

const left: readonly (readonly [title: string, text: string])[] = [
  ['an anchor', 'a: &b c\n'],
  ['an alias', 'a: *b\n'],
  ['a tag', 'a: !!str 1\n'],
  ['a merge key', '<<: {a: b}\n'],
  ['a complex key', '? a\n: b\n'],
  ['a text of two lines', 'a: b\n  c\n'],
  ['a list of two lines', 'a: [b,\n  c]\n'],
  ['two documents', 'a: b\n---\nc: d\n'],
  ['a directive', '%YAML 1.2\n---\na: b\n'],
  ['CRLF', 'a: b\r\n'],
  ['a tab', 'a:\tb\n'],
  ['a character that is not ASCII', 'a: é\n'],
  ['one in a comment of a long text', `a: ${'b'.repeat(70_000)} # é\n# é\n`],
  ['an escape that may be half of a character', String.raw`a: "\ud800"` + '\n'],
  ['a question mark in flow style', 'a: [?b]\n'],
  ['a line that belongs to nothing', 'a: b\n   c: d\n'],
  ['a scalar', 'a\n'],
  ['nothing', '# a\n'],
]
for (const [title, text] of left)
  t.test(`${title} is left to the other parser`, async (t) => t.equal(parsePlain(text), undefined))

const splinters = [
  ...' |\n|  |- |:|: |#| #|>|\n\n|\n    \n|\'|"|[|]|{|}|,|&a|*a|!|?|---|...|--|..|- --|-- |--- |%|\t|\r|\\|é|<<: |-\n|\n# c\n|@|""|\'\'|\0|\u2028'.split(
    '|',
  ),
  '|',
  '|\n',
  '|-\n',
  '|+\n',
  '>2\n',
]
type Damage = { readonly at: number; readonly cut: number; readonly put: string }
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.constantFrom(0, 0, 1, 3, 80),
  put: fc.constantFrom(...splinters),
})

function harm(text: string, { at, cut, put }: Damage): string {
  const position = Math.floor(at * text.length)
  return text.slice(0, position) + put + text.slice(position + cut)
}

/** Lines of a text, so that the damage is not always far from each other. */
const some = fc.oneof(
  fc.tuple(fc.nat(44), fc.nat(20)).map(
    ([first, count]) =>
      `${manifest
        .split('\n')
        .slice(first, first + count + 1)
        .join('\n')}\n`,
  ),
  fc
    .record({ root: value.map, style })
    .map(({ root, style: one }) => print(root, { ...one, crlf: false, mark: false })),
)

t.test('a text that is read here has the tree of the events, whatever it is', async () => {
  const property = fc.property(some, fc.array(damage, { maxLength: 3 }), (text, all) => {
    const harmed = all.reduce(harm, text)
    const plain = parsePlain(harmed)
    if (!plain) return true
    const roots = parseByEvents(harmed).value?.map(({ root }) => root)
    return isDeepStrictEqual(roots, [plain])
  })
  fc.assert(property, runs(3000))
})

t.test('the positions in an object that was cut from a text are those in the object', async (t) => {
  const [document] = parseSource('- a: b\n', 7).value ?? []
  t.equal(document?.at, 7)
  t.match(document?.root, { start: 0, end: 6 })
})

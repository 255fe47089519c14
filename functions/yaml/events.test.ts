import t from 'tap'
import { parse } from 'yaml'
import { share } from '../../api/test-effort.ts'
import { applyEdits } from './apply-edits.ts'
import { Editor } from './editor.ts'
import { parseSource } from './parse.ts'
import { lookUp, ownEntry, toValue } from './value.ts'

const rows: readonly (readonly [title: string, text: string, value: unknown])[] = [
  [
    'a closing bracket under its key',
    'a:\n  args: [\n    "--one",\n    two\n  ]\n  b: c\n',
    { a: { args: ['--one', 'two'], b: 'c' } },
  ],
  ['items under their key', 'a:\n  args: [\n  1,\n  2]\n', { a: { args: [1, 2] } }],
  [
    'a map whose lines are not indented',
    'a:\n  b: {\n"c": "d",\n"e": [\n]\n}\nf: g\n',
    { a: { b: { c: 'd', e: [] } }, f: 'g' },
  ],
  ['CRLF', 'a:\r\n  args: [\r\n    x,\r\n  ]\r\nb: c\r\n', { a: { args: ['x'] }, b: 'c' }],
  ['several brackets', 'a: {b: [\n]}\nc: [\n]\nd: {\n}\n', { a: { b: [] }, c: [], d: {} }],
  [
    'many lines of a quoted string, and what follows it',
    `a:\n  b: 'x\n${'y\n'.repeat(9)}\n  z'\n  c: d\n  e:\n  - f\n`,
    { a: { b: `x${' y'.repeat(9)}\nz`, c: 'd', e: ['f'] } },
  ],
  [
    'many items under their key, and what follows them',
    `a:\n  b: [\n${'  v,\n'.repeat(9)}  ]\n  c: |\n    x\n    y\n  d: e\n`,
    { a: { b: Array<string>(9).fill('v'), c: 'x\ny\n', d: 'e' } },
  ],
  [
    'one line of each of many strings',
    `a:\n${Array.from({ length: 9 }, (_, index) => `  b${index}: "x\ny"\n`).join('')}`,
    { a: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`b${index}`, 'x y'])) },
  ],
  [
    'a quoted string that continues without indentation',
    'a:\n  b: "one\ntwo"\n  c: \'three\n\nfour\'\n',
    { a: { b: 'one two', c: 'three\nfour' } },
  ],
]
for (const [title, text, value] of rows) {
  t.test(title, async (t) => {
    const [document] = parseSource(text).value ?? []
    t.strictSame(
      document && toValue(document.root),
      value,
      parseSource(text).diagnostics?.[0]?.message ?? 'it is read',
    )
  })
}

t.test('an edit after such lines is at the right position', async (t) => {
  const text = 'a:\n  args: [\n    one,\n  ]\n  list:\n  - x\nend: 1\n'
  const [document] = parseSource(text).value ?? []
  const root = document?.root
  const list = root && lookUp(lookUp(root, 'a'), 'list')
  const end = root?.type === 'map' ? ownEntry(root, 'end') : undefined
  if (!document || root?.type !== 'map' || list?.type !== 'sequence' || !end)
    throw new Error('the tree is not as expected')
  const editor = new Editor(document)
  editor.addItem(list, 'z', 'last')
  editor.replaceValue(root, end, 2)
  const edited = applyEdits(text, editor.finish().edits)
  t.equal(edited, 'a:\n  args: [\n    one,\n  ]\n  list:\n  - x\n  - z\nend: 2\n')
  t.strictSame(parse(edited.replace('\n  ]', '\n    ]')), { a: { args: ['one'], list: ['x', 'z'] }, end: 2 })
})

t.strictSame(
  parseSource('a: [\nb\n  c: 1\n').diagnostics?.[0]?.position,
  { line: 3, column: 4 },
  'the position of an error behind lines that are indented too little is that of the source',
)
t.match(
  parseSource('a: [\n').diagnostics?.[0]?.message,
  /^is not valid YAML: /,
  'a missing bracket is an error',
)
t.match(
  parseSource('a: "b\n').diagnostics?.[0]?.message,
  /^is not valid YAML: /,
  'a missing quote is an error',
)
t.match(
  parseSource('a:\n   b: 1\n  c: 2\n').diagnostics?.[0]?.message,
  /^is not valid YAML: /,
  'block style that is not aligned is an error',
)

t.test('a long file with long strings that are not indented is read', async (t) => {
  const strings = Math.max(10, share(40))
  const text = `a:\n${`  - 'x\n${'y\n'.repeat(40)}y'\n`.repeat(strings)}  - ${'z'.repeat(100_000)}\n`
  t.strictSame(parseSource(text).diagnostics, undefined)
})

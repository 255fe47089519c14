import t from 'tap'
import { applyEdits } from './apply-edits.ts'
import { Editor } from './editor.ts'
import type { SourceMap } from './node.ts'
import { parseSource } from './parse.ts'
import { ownEntry } from './value.ts'

function open(text: string): { readonly editor: Editor; readonly root: SourceMap } {
  const [document] = parseSource(text).value ?? []
  if (document?.root.type !== 'map') throw new Error('the text is not a map')
  return { editor: new Editor(document), root: document.root }
}

type Step = (editor: Editor, root: SourceMap) => unknown
const at =
  (...path: (string | number)[]): Step =>
  (editor, root) =>
    editor.mapAt(root, path)
const listUnder: Step = (editor, root) => editor.listUnder(root, 'list', 'spec')

const refused: readonly (readonly [title: string, text: string, step: Step, ...messages: string[]])[] = [
  ['an alias', 'a: &x {b: 1}\nc: *x\n', at('c'), 'c is the alias *x'],
  ['a shared anchor', 'a: &x {b: 1}\nc: *x\n', at('a'), 'a is also used elsewhere, through the anchor &x'],
  ['an anchor that nothing uses', 'a: &x {b: 1}\n', at('a')],
  ['a merge key', 'a: &x {b: 1}\nc: {<<: *x}\n', at('c'), 'c has a merge key (<<)'],
  ['a missing key', 'a: {}\n', at('a', 'b', 'c'), 'a.b is missing'],
  ['a scalar', 'a: 1\n', at('a'), 'a is not a map'],
  ['a key that is written twice', 'a: {b: 1, b: 2}\n', at('a'), 'a has the key "b" twice'],
  ['a position in a list', 'a: [{b: 1}, {b: 2, b: 3}]\n', at('a', 1), 'a[1] has the key "b" twice'],
  ['a list that is a map', 'list: {a: 1}\n', listUnder, 'spec.list is not a list'],
  ['an item that is a scalar', 'list: [{a: 1}, b]\n', listUnder, 'spec.list[1] is not a map'],
  ['a list that is null', 'list:\n', listUnder],
]
for (const [title, text, step, ...messages] of refused) {
  t.test(`looking up a node refuses what is shared or of another type: ${title}`, async (t) => {
    const { editor, root } = open(text)
    step(editor, root)
    t.equal(editor.isRefused, messages.length > 0)
    t.strictSame(editor.finish(), { edits: [], diagnostics: messages.map((message) => ({ message })) })
  })
}

t.test('taking out an anchor that an alias uses is refused at the end', async (t) => {
  const { editor, root } = open('a: &x 1\nb: *x\n')
  const entry = ownEntry(root, 'a')
  editor.removeEntries(root, entry ? [entry] : [])
  t.notOk(editor.isRefused)
  t.strictSame(editor.finish().diagnostics, [
    { message: 'the anchor &x would be removed, but is also used elsewhere' },
  ])
})

t.test('an entry with an explicit key is not replaced or removed, and a neighbour of it is', async (t) => {
  const text = '? a\n: 1\nb: 2\n'
  const { editor, root } = open(text)
  const [explicit, plain] = root.entries
  if (!explicit || !plain) throw new Error('there are no entries')
  editor.replaceValue(root, plain, 3)
  t.equal(applyEdits(text, editor.finish().edits), '? a\n: 1\nb: 3\n')
  editor.replaceValue(root, explicit, 3)
  editor.removeEntries(root, [explicit])
  t.equal(editor.valueSource(root, explicit), undefined)
  const { edits, diagnostics } = editor.finish()
  t.equal(edits.length, 1)
  t.equal(diagnostics.length, 3)
  t.match(diagnostics[0]?.message, 'the map with "a" has a key that is not written as "key: value"')
})

for (const [style, indent] of [
  ['compact', ''],
  ['wide', '  '],
] as const) {
  t.test(`new lists are indented as the one that is followed: ${style}`, async (t) => {
    const text = `a:\n${indent}- 1\n`
    const { editor, root } = open(text)
    editor.followListStyle(root, 'a')
    editor.addEntry(root, 'b', [2])
    t.ok(editor.hasEdits)
    t.equal(applyEdits(text, editor.finish().edits), `${text}b:\n${indent}- 2\n`)
  })
}

t.test('edits of one document are collected in their order', async (t) => {
  const text = 'a: 1\nlist: [x]\n'
  const { editor, root } = open(text)
  const { value: list } = ownEntry(root, 'list') ?? {}
  if (list?.type !== 'sequence') throw new Error('there is no list')
  editor.addEntry(root, 'b', 2, 'list')
  editor.addItem(list, 'y', 'last')
  editor.addItem(list, 'z', 'last')
  t.equal(applyEdits(text, editor.finish().edits), 'a: 1\nb: 2\nlist: [x, "y", "z"]\n')
})

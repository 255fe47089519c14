import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../api/test-effort.ts'
import { print, style, value as values } from '../../yaml/arbitrary-yaml.ts'
import type { SourceDocument, SourceNode } from '../../yaml/node.ts'
import { parseSource } from '../../yaml/parse.ts'
import { rememberedValue } from './remembered-value.ts'
import { lookUp, toValue } from '../../yaml/value.ts'

function documentOf(source: string): SourceDocument {
  const [document] = parseSource(source).value ?? []
  if (!document) throw new Error(`does not parse: ${source}`)
  return document
}

/** All nodes below a node. */
function* nodesIn(node: SourceNode): Generator<SourceNode> {
  yield node
  if (node.type === 'sequence') for (const item of node.items) yield* nodesIn(item)
  if (node.type === 'map') for (const { value } of node.entries) yield* nodesIn(value)
}

t.test('equal texts have the same value, in other documents too', async (t) => {
  const source = 'a:\n- name: x # a comment\n  list: [1, "2"]\n'
  const [one, other] = [source, `${source}b: 1\n`].map((text) => {
    const document = documentOf(text)
    const list = lookUp(document.root, 'a')
    return list && rememberedValue(document, list)
  })
  t.strictSame(one, [{ name: 'x', list: [1, '2'] }])
  t.equal(one, other)
})

const differing: readonly (readonly [title: string, texts: readonly string[]])[] = [
  ['a node and the one inside of it that end together', ['a: {b: 1}\n']],
  ['equal lines below a key in another column', ['a:\n  b:\n    c: 1\n', 'a:\n  b:\n  c: 1\n']],
  ['aliases', ['x: &x 1\na: {b: *x}\n', 'x: &x 2\na: {b: *x}\n']],
  ['the blank lines behind a block scalar', ['a: |+\n  b\n', 'a: |+\n  b\n\n\n']],
]
for (const [title, texts] of differing) {
  t.test(`each has its own value: ${title}`, async (t) => {
    for (const document of texts.map(documentOf))
      for (const node of nodesIn(document.root)) t.strictSame(rememberedValue(document, node), toValue(node))
  })
}

t.test('every node of any document has the value that it has without memory', async (t) => {
  const tries = runs(300)
  fc.assert(
    fc.property(values.value, style, (value, how) => {
      // Some styles are refused.
      const [document] = parseSource(print(value, how)).value ?? []
      if (!document) return
      for (const node of nodesIn(document.root))
        deepStrictEqual(rememberedValue(document, node), toValue(node))
    }),
    tries,
  )
  t.pass()
})

import t from 'tap'
import { parseSource } from './parse.ts'
import { offsetOf, positionsIn } from './position.ts'

t.test('an offset has the line and the column that an editor shows', async (t) => {
  const at = positionsIn('a\r\nbc\n\rd')
  t.strictSame([0, 3, 4, 6, 7].map(at), [
    { line: 1, column: 1 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
    { line: 3, column: 1 },
    { line: 4, column: 1 },
  ])
  t.strictSame(positionsIn('')(0), { line: 1, column: 1 })
})

const text = 'metadata:\n  annotations: &x\n    a/b: 1\nspec:\n- name: c\n- {d: *x}\n'
const cases: readonly (readonly [
  title: string,
  path: readonly (string | number)[],
  line: number,
  column: number,
])[] = [
  ['the object', [], 1, 1],
  ['a key', ['metadata', 'annotations', 'a/b'], 3, 5],
  ['an item of a list', ['spec', 0], 5, 3],
  ['a key in flow style', ['spec', 1, 'd'], 6, 4],
  ['what an alias means', ['spec', 1, 'd', 'a/b'], 3, 5],
  ['a field that is not there, by the nearest one', ['metadata', 'labels', 'x'], 1, 1],
  ['an item that is not there', ['spec', 7, 'x'], 4, 1],
]
for (const [title, path, line, column] of cases) {
  const [document] = parseSource(text).value ?? []
  if (!document) throw new Error('the test is wrong')
  t.strictSame(positionsIn(text)(offsetOf(document.root, path)), { line, column }, title)
}

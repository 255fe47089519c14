import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { splitItems } from './split-items.ts'

const head = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n'

const cuts: readonly (readonly [title: string, text: string, items: readonly string[]])[] = [
  ['lists below their key', `${head}items:\n- a: 1\n  b:\n  - c\n- d\n`, ['- a: 1\n  b:\n  - c\n', '- d\n']],
  ['indented lists', `${head}items:\n  - a: 1\n    b: 2\n  - d\n`, ['  - a: 1\n    b: 2\n', '  - d\n']],
  ['comments, with the item above', `items:\n# x\n- a\n# b\n\n- c\n`, ['- a\n# b\n\n', '- c\n']],
  ['other lists around the items', `results:\n- x\nitems:\n- a\n# b\nkind: x\nother:\n- y\n`, ['- a\n# b\n']],
  ['a dash alone on its line', 'items:\n-\n  a: 1\n- b\n', ['-\n  a: 1\n', '- b\n']],
  [
    'what looks like an item in a scalar',
    'items:\n- a: |\n   - b\n  c: "\n   - d"\n',
    ['- a: |\n   - b\n  c: "\n   - d"\n'],
  ],
  ['an alias of the own item', 'items:\n- &a x\n- b: &b 1\n  c: *b\n', ['- &a x\n', '- b: &b 1\n  c: *b\n']],
  ['what only looks like an alias', 'items:\n- a: "*/5"\n- b: x && y\n', ['- a: "*/5"\n', '- b: x && y\n']],
]

for (const [title, text, items] of cuts) {
  t.test(`a ResourceList is split: ${title}`, async (t) => {
    const { starts = [], end = 0 } = splitItems(text) ?? {}
    t.strictSame(
      starts.map((start, index) => text.slice(start, starts[index + 1] ?? end)),
      items,
    )
  })
}

const wholes: readonly (readonly [title: string, text: string])[] = [
  ['JSON', '{"items": [1]}\n'],
  ['no items', head],
  ['items in flow style', `${head}items: []\n`],
  ['items that are null', `${head}items:\n`],
  ['items twice', 'items:\n- a\nitems:\n- b\n'],
  ['CRLF', 'items:\r\n- a\r\n'],
  ['a last line without its end', 'items:\n- a'],
  ['a byte order mark', '\ufeffitems:\n- a\n'],
  ['a directive', '%YAML 1.2\n---\nitems:\n- a\n'],
  ['several documents', 'items:\n- a\n---\nb: 1\n'],
  ['an end of document', 'items:\n- a\n...\n'],
  ['a quoted key', '"items":\n- a\n'],
  ['a tagged list', 'items: !!seq\n- a\n'],
  ['an explicit key', '? items\n: - a\n'],
  ['an indented map', '  kind: x\n  items:\n  - a\n'],
  ['a tab behind a dash', 'items:\n-\ta\n'],
  ['a tab before a dash', 'items:\n- a\n\t- b\n'],
  ['a line between the column of the dashes and the first', 'items:\n   - a\n - b\n'],
  ['an alias of another item', 'items:\n- a: &a x\n- b: *a\n'],
  ['an anchor of one name in two items', 'items:\n- a: &a x\n- b: &a y\n  c: *a\n'],
  ['an alias outside the items', 'items:\n- a: &a x\nfunctionConfig: *a\n'],
]

for (const [title, text] of wholes) {
  t.test(`a ResourceList is not split: ${title}`, async (t) => t.equal(splitItems(text), undefined))
}

// Deeper than 100 columns, the lines are looked at one by one.
t.test('lists at unusual columns are split as others are', async () => {
  const content = fc.constantFrom('- a: 1', '- b', '-', '-c', 'a: 1', '# d', '#', '', '|', '"', 'é')
  const lines = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), content), { minLength: 1, maxLength: 12 })
  const behind = fc.constantFrom('', 'kind: x\n', '# e\nkind: x\nother:\n- y\n', '\n...\n')
  fc.assert(
    fc.property(lines, behind, (some, rest) => {
      const [usual, unusual] = [0, 100].map((by) => {
        const items = some.map(([column, text]) => `${' '.repeat(column + by)}${text}\n`).join('')
        const text = `items:\n${items}${rest}`
        const cut = splitItems(text)
        return cut && [...cut.starts, cut.end].map((at) => text.slice(0, at).split('\n').length)
      })
      deepStrictEqual(usual, unusual)
    }),
    runs(1000),
  )
})

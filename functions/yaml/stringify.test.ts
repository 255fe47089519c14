import fc from 'fast-check'
import t from 'tap'
import { anyText } from '../../api/arbitrary-text.ts'
import { runs } from '../../api/test-effort.ts'
import { parse } from 'yaml'
import { parseSource } from './parse.ts'
import { toValue, type Value } from './value.ts'
import { entryLines, yamlLines } from './stringify.ts'

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme' }),
    anyText().filter((text) => text.isWellFormed() && !/[\u0000-\u0008\u000e-\u001f]/.test(text)),
    fc.constantFrom(
      'yes',
      'n',
      '~',
      '0644',
      '1_000',
      '12:30',
      '=',
      '<<',
      '2001-01-01',
      '.inf',
      '\u2028',
      '\ufeff',
    ),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), tie('value'), { maxKeys: 3 })
      .map((map) => JSON.parse(JSON.stringify(map))),
  ),
})).value

t.test('parsers of YAML 1.2 and YAML 1.1 and our own read the value that was written', async (t) => {
  fc.assert(
    fc.property(value, fc.constantFrom('wide', 'compact'), (one, lists) => {
      const text = `${yamlLines({ key: one }, lists).join('\n')}\n`
      t.strictSame(parse(text), { key: one })
      t.strictSame(parse(text, { version: '1.1', merge: false }), { key: one })
      const [document] = parseSource(text).value ?? []
      t.strictSame(document && toValue(document.root), { key: one })
    }),
    runs(300),
  )
})

const rows: [title: string, value: Value, lists: 'wide' | 'compact', lines: string[]][] = [
  ['lists in the wide style are indented', { a: ['x'] }, 'wide', ['a:', '  - x']],
  ['lists in the compact style are not', { a: ['x'] }, 'compact', ['a:', '- x']],
  ['a boolean of YAML 1.1 is quoted', { a: 'n' }, 'wide', ['a: "n"']],
  ['a line separator is escaped', { a: '\u2028' }, 'wide', ['a: "\\u2028"']],
  ['a string of several lines is a literal block', { a: 'b\nc\n' }, 'wide', ['a: |', '  b', '  c']],
  ['a long string is not folded', { a: 'b '.repeat(80).trim() }, 'wide', [`a: ${'b '.repeat(80).trim()}`]],
]

for (const [title, one, lists, lines] of rows) {
  t.test(title, async (t) => {
    t.strictSame(yamlLines(one, lists), lines)
  })
}

t.test('a list that was printed before is printed as for the first time', async (t) => {
  const [first, second] = [{ name: 'a' }, { name: 'b' }]
  const lists: readonly (readonly Value[])[] = [[first], [first, second], [first], [first, first], [second]]
  for (const key of ['x', 'y'])
    for (const style of ['wide', 'compact'] as const)
      for (const list of lists) {
        const expected = yamlLines({ [key]: list }, style)
        for (const _ of [1, 2]) t.strictSame(entryLines(key, [...list], style), expected)
      }
  t.strictSame(entryLines('x', 'text', 'wide'), ['x: text'])
})

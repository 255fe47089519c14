import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { multilineFlow } from './multiline-flow.ts'
import { parseSource } from '../yaml/parse.ts'

const closed: readonly string[] = [
  'a: "b"',
  `a: 'it''s'`,
  String.raw`a: "b\"c"`,
  'a: []',
  'a: {}',
  'a: ["--port=8080", \'b\', c]',
  'a: {b: c, d: e}',
  'a: it\'s b"c x[0] y{',
  'a: {}\nb: [x]\nc: ""',
  "a: ''",
]
for (const text of closed) t.test(`closed: ${text}`, async (t) => t.strictSame(multilineFlow(text), []))

const open: readonly string[] = [
  'a: "b',
  `a: 'it''s`,
  `a: 'it''`,
  String.raw`a: "b\"`,
  '"a',
  'a: [',
  'a: {b: c,',
  "a: [it's, \"b]'",
  "a: [it's, [a, b', c]",
  'a: [a "b, [c" ]',
  'a: [b # ]',
  '{"a":"b',
  '- "a',
  'a: !<b>"c',
  'a: &b{',
  'a: !b[',
]
for (const text of open) t.test(`may go on: ${text}`, async (t) => t.ok(multilineFlow(text).length > 0))

t.test('a flow collection that continues on the next line is found', async () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '\\',
    '#',
    '-',
    '!t',
    '>',
    '&b',
    '"c"',
    ': ',
  )
  const line = fc.array(piece, { maxLength: 12 }).map((pieces) => `k: ${pieces.join('')}`)
  const ends = fc.constantFrom(
    '"',
    "'",
    ']',
    '}',
    ']]',
    '}}',
    ']}',
    '}]',
    '"]',
    '"}',
    "']",
    "'}",
    '"]]',
    "'}}",
  )
  fc.assert(
    fc.property(line, ends, (first, second) => {
      const alone = parseSource(`${first}\n`)
      const both = parseSource(`${first}\n${second}\n`)
      return (
        alone.diagnostics === undefined || both.diagnostics !== undefined || multilineFlow(first).length > 0
      )
    }),
    runs(5000),
  )
})

// The end of long ones is looked for in another way.
t.test('long texts in quotes are judged as short ones are', async () => {
  const piece = fc.constantFrom("'", '"', "''", '\\', '\\"', ' ', ': ', '\n', '[', '{', ',', 'x', 'x', 'é')
  const quotesIn = (text: string) => multilineFlow(text).filter((at) => `"'`.includes(text[at] ?? ''))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      // At least the last one stays open.
      const short = `${pieces.join('')}\n"`
      const lengthen = (text: string) => text.replaceAll('x', 'x'.repeat(101))
      const found = quotesIn(short)
      deepStrictEqual(
        quotesIn(lengthen(short)),
        found.map((at) => lengthen(short.slice(0, at)).length),
      )
    }),
    runs(2000),
  )
})

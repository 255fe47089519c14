import { deepStrictEqual, ok } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { anyText, baseName } from './arbitrary-declaration.ts'
import { compositionText } from './arbitrary-shape.ts'
import { bounds } from '../bounds.ts'
import { type CompositionText, formatCompositionText, parseCompositionText } from './composition-text.ts'
import { linesOf } from '../diagnostic.ts'

const rows: readonly (readonly [text: string, parts: CompositionText])[] = [
  ['plain', ['plain']],
  ['$(a)', [{ name: 'a', position: 1 }]],
  ['$(a:url)', [{ name: 'a', escape: 'url', position: 1 }]],
  [
    'postgres://app:$(db.password:url)@$(db.host)/orders',
    [
      'postgres://app:',
      { name: 'db.password', escape: 'url', position: 1 },
      '@',
      { name: 'db.host', position: 2 },
      '/orders',
    ],
  ],
  [
    '$(a)$(a)',
    [
      { name: 'a', position: 1 },
      { name: 'a', position: 2 },
    ],
  ],
  ['$$(a)', ['$(a)']],
  ['$$', ['$$']],
  ['$', ['$']],
  ['a$b$', ['a$b$']],
  ['$$$(a)', ['$$(a)']],
  ['$$(', ['$(']],
  [' a, "b"\n', [' a, "b"\n']],
]
for (const [text, parts] of rows) {
  t.strictSame(parseCompositionText(text), { value: parts }, `${JSON.stringify(text)} is read`)
  t.equal(formatCompositionText(parts), text, `${JSON.stringify(text)} is written`)
}

const inReference = 'has reference 1, which is not the name of a declaration'
const wrong: readonly (readonly [text: string, ...lines: string[]])[] = [
  ['', 'is empty'],
  ['$(', 'has reference 1 without its ")"', 'hint: close it, or write $$( for the characters $('],
  ['$()', inReference, 'hint: write $(name) or $(name:escape), and $$( for the characters $('],
  ['$(date +%s)', inReference, 'hint: write $(name) or $(name:escape), and $$( for the characters $('],
  [
    '$(a:ulr)',
    'has an unknown escape "ulr" in reference $(a): allowed are url, json, base64, xml, properties',
    'hint: did you mean "url"?',
  ],
  [
    '$(hunter2:hunter3)',
    'has an unknown escape in reference 1: allowed are url, json, base64, xml, properties',
  ],
  [
    '$(a:URL)$(b:)',
    'has an unknown escape "URL" in reference $(a): allowed are url, json, base64, xml, properties',
    'hint: did you mean "url"?',
    'has an unknown escape in reference $(b): allowed are url, json, base64, xml, properties',
  ],
]
for (const [text, ...lines] of wrong)
  t.strictSame(
    parseCompositionText(text).diagnostics?.flatMap((one) => linesOf(one)),
    lines,
    `refused: ${text}`,
  )

t.ok(parseCompositionText('$(a)'.repeat(bounds.references)).value)
t.match(parseCompositionText('$(a)'.repeat(bounds.references + 1)).diagnostics, [
  { message: `has more than ${bounds.references} references` },
])

t.test('what is formatted is parsed back as it was', async () => {
  fc.assert(
    fc.property(compositionText(baseName), (parts) => {
      deepStrictEqual(parseCompositionText(formatCompositionText(parts)), { value: parts })
    }),
  )
})

t.test('any text is read, or refused with a message', async () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { value, diagnostics } = parseCompositionText(text)
      if (diagnostics) ok(diagnostics.length > 0)
      else deepStrictEqual(parseCompositionText(formatCompositionText(value)), { value })
    }),
  )
})

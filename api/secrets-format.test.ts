import { strictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { anyText } from './declaration/arbitrary-declaration.ts'
import { parseFormat, secretsFormats } from './secrets-format.ts'

t.strictSame(
  secretsFormats,
  ['properties', 'dotenv', 'shell', 'json', 'yaml', 'files'],
  'the formats are those that are documented',
)

for (const format of secretsFormats)
  t.strictSame(parseFormat(format), { value: format }, `${format} is a format`)

const unknown: readonly (readonly [title: string, text: string])[] = [
  ['a format in another case', 'Properties'],
  ['a format with a space', 'properties '],
  ['a word that every object has', 'constructor'],
  ['nothing', ''],
]

for (const [title, text] of unknown) {
  t.strictSame(
    parseFormat(text),
    { diagnostics: [{ message: 'is not known: allowed are properties, dotenv, shell, json, yaml, files' }] },
    `no format: ${title}`,
  )
}

await t.test('any text is a format that init writes or a Diagnostic', async () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { value: format, diagnostics } = parseFormat(text)
      strictEqual(format === undefined, diagnostics !== undefined)
    }),
  )
})

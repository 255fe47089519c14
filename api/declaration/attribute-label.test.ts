import { ok } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { attributeLabel, looksLikeName } from './attribute-label.ts'
import { parsePodAnnotations } from '../pod/pod-annotations.ts'

for (const name of [
  'foo',
  'storageKey',
  'KIND',
  'Type',
  'rotate-after',
  'owner.team',
  'key_id',
  'constructor',
])
  t.ok(looksLikeName(name), `${name} looks like a name`)

const others = [
  'hunter2',
  'hunter2supersecret',
  'aGVsbG8gd29ybGQK',
  'QWxhZGRpbg',
  'xKcDqRtZ',
  'MIIEvQIBADANBg',
  'a'.repeat(21),
  'dXNlcjpwYXNz',
]
for (const text of others) t.notOk(looksLikeName(text), `${text} does not`)

t.equal(attributeLabel('foo', 3), 'attribute "foo"')
t.equal(attributeLabel('hunter2supersecret', 3), 'attribute 3')

/** As base64, hex and password generators make them: with a digit, or too long for a name. */
const pasted = fc
  .oneof(
    fc.base64String({ minLength: 24, maxLength: 64 }),
    fc.string({
      minLength: 21,
      maxLength: 64,
      unit: fc.constantFrom(...'abcdefghijkmnopqrstuvwxyzABCDEFGH_.-'.split('')),
    }),
    fc
      .string({ minLength: 8, maxLength: 64, unit: fc.constantFrom(...'abcXYZ0123456789_.-'.split('')) })
      .filter((text) => /[0-9]/.test(text)),
  )
  .map((text) => text.replace(/=+$/, ''))

await t.test('a secret before a "=" is in no message', async () => {
  const before = fc.constantFrom('', 'kind=REFERENCE,', 'kind=REFERENCE,type=PASSWORD,', 'foo=bar,=,')
  const after = fc.constantFrom('=', '==', '="', '="a"b', '="\\a"', '=,storageKey=a', '')
  fc.assert(
    fc.property(before, pasted, after, fc.boolean(), (head, secret, tail, twice) => {
      const text = `${head}${secret}${tail}`
      const { diagnostics } = parsePodAnnotations(
        [['secret.bsycorp.com/a', twice ? `${text},${text}` : text]],
        'bsycorp.com',
      )
      ok(diagnostics.length > 0)
      // A short piece, such as a letter, may be in the message anyway.
      for (const { message } of diagnostics) ok(!message.includes(secret.slice(0, 8)), message)
    }),
    runs(1000),
  )
})

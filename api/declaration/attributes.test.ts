import { linesOf } from '../diagnostic.ts'
import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { anyText } from './arbitrary-declaration.ts'
import { formatAttributes, parseAttributes } from './attributes.ts'
import { bounds } from '../bounds.ts'

const accepted: readonly (readonly [title: string, text: string, ...attributes: [string, string][]])[] = [
  ['attributes are name=value, separated by commas', 'a=b,c=d,e=f', ['a', 'b'], ['c', 'd'], ['e', 'f']],
  ['spaces around the parts are trimmed', '  kind = X ,  type =Y ', ['kind', 'X'], ['type', 'Y']],
  ['line ends around the parts are trimmed', '\nkind=X,\n type\n=\nY\n', ['kind', 'X'], ['type', 'Y']],
  ['CRLF line ends and tabs are trimmed', '\tkind=X,\r\n\ttype=Y\r\n', ['kind', 'X'], ['type', 'Y']],
  ['spaces inside a value stay', 'a=b  c', ['a', 'b  c']],
  ['a line end inside a value stays', 'a=b\nc', ['a', 'b\nc']],
  ['a no-break space is no space', 'a=\u00a0b\u00a0', ['a', '\u00a0b\u00a0']],
  ['a plain value may hold "="', 'a=b=c==,d=e', ['a', 'b=c=='], ['d', 'e']],
  ['a plain value may be nothing but "="', 'a==', ['a', '=']],
  ['a quote opens a value only as its first character', 'a=b"c,d=e"', ['a', 'b"c'], ['d', 'e"']],
  ['a quote after a second "=" opens nothing', 'a=="b,c=d"', ['a', '="b'], ['c', 'd"']],
  ['a backslash in a plain value stands for itself', 'a=b\\"c\\\\', ['a', 'b\\"c\\\\']],
  ['a quoted value may hold commas and "="', 'a="b,c=d",e=f', ['a', 'b,c=d'], ['e', 'f']],
  ['a quoted value may hold escaped quotes', 'a="b\\"c",d=e', ['a', 'b"c'], ['d', 'e']],
  ['a quoted value may hold escaped backslashes', 'a="b\\\\",c=d', ['a', 'b\\'], ['c', 'd']],
  ['an escaped backslash does not escape the quote after it', 'a="\\\\\\"\\\\"', ['a', '\\"\\']],
  ['an escaped backslash before a letter is no escape of the letter', 'a="\\\\n"', ['a', '\\n']],
  ['spaces inside quotes stay, those around quotes go', 'a = " b " , c=d', ['a', ' b '], ['c', 'd']],
  ['a line end inside quotes stays', 'a="b\n"', ['a', 'b\n']],
  ['a value may be empty', 'a=,b= ,c=""', ['a', ''], ['b', ''], ['c', '']],
  ['a name may hold digits, "_", "." and "-"', 'a1_.-=b', ['a1_.-', 'b']],
  ['names keep their case', 'Kind=a,KIND=b', ['Kind', 'a'], ['KIND', 'b']],
  [
    'names that every object has are names like others',
    'constructor=a,toString=b',
    ['constructor', 'a'],
    ['toString', 'b'],
  ],
  ['a repeated name is left to who knows the names', 'a=b,a=c', ['a', 'b'], ['a', 'c']],
  ['an empty text has no attributes', ''],
  ['a blank text has no attributes', ' \t\r\n'],
]

for (const [title, text, ...attributes] of accepted) {
  const expected = {
    attributes: attributes.map(([name, value], index) => ({ name, value, position: index + 1 })),
    diagnostics: [],
  }
  t.strictSame(parseAttributes(text), expected, title)
}

const needsQuotes = (name: string) =>
  `has no "=", hint: write name=value; a value with commas needs quotes: ${name}="a,b"`
const badName = 'has no valid name before the "=": a name is a letter, then letters, digits, "_", "." or "-"'

const refused: readonly (readonly [title: string, text: string, ...diagnostics: string[]])[] = [
  ['a comma at the end', 'a=b,', 'attribute 2 is empty, hint: remove the extra comma'],
  ['a comma at the start', ',a=b', 'attribute 1 is empty, hint: remove the extra comma'],
  ['two commas in a row', 'a=b, ,c=d', 'attribute 2 is empty, hint: remove the extra comma'],
  [
    'a comma alone',
    ',',
    'attribute 1 is empty, hint: remove the extra comma',
    'attribute 2 is empty, hint: remove the extra comma',
  ],
  ['a part without "="', 'a="b",c', 'attribute 2 has no "=", hint: write name=value'],
  [
    'a list that is not quoted',
    'a=b, containers = app,side,third',
    `attribute 3 ${needsQuotes('containers')}`,
    `attribute 4 ${needsQuotes('containers')}`,
  ],
  ['a name that may be a secret', 'q83vEjSNzbx=,x', 'attribute 2 has no "=", hint: write name=value'],
  ['a quoted part without "="', '"a=b"', `attribute 1 ${badName}`],
  ['a part without name', '=b', `attribute 1 ${badName}`],
  ['a name of two words', 'a b=c', `attribute 1 ${badName}`],
  ['a name that begins with a digit', '1a=b', `attribute 1 ${badName}`],
  ['a name that begins with an underscore', '__proto__=b', `attribute 1 ${badName}`],
  ['a name with a letter outside ASCII', 'k\u0131nd=b', `attribute 1 ${badName}`],
  [
    'a value without its closing quote',
    'a="b',
    'attribute 1 (a) has a quoted value without its closing quote',
  ],
  ['a value that is one quote', 'a="', 'attribute 1 (a) has a quoted value without its closing quote'],
  [
    'a closing quote that is escaped',
    'a="b\\"',
    'attribute 1 (a) has a quoted value without its closing quote',
  ],
  [
    'a missing quote swallows what follows',
    'a="b,c=d',
    'attribute 1 (a) has a quoted value without its closing quote',
  ],
  [
    'text after the closing quote',
    'a="b"c',
    'attribute 1 (a) has text after the closing quote, hint: put a comma between attributes',
  ],
  [
    'a missing comma',
    'a="b" c="d"',
    'attribute 1 (a) has text after the closing quote, hint: put a comma between attributes',
  ],
  [
    'an unknown escape',
    'a="b\\n"',
    'attribute 1 (a) has a backslash that escapes neither a quote nor a backslash',
  ],
  [
    'an unknown escape after an escaped backslash',
    'a="\\\\\\n"',
    'attribute 1 (a) has a backslash that escapes neither a quote nor a backslash',
  ],
  [
    'several at once',
    'a,b=c,1=2,',
    'attribute 1 has no "=", hint: write name=value',
    `attribute 3 ${badName}`,
    'attribute 4 is empty, hint: remove the extra comma',
  ],
]

for (const [title, text, ...diagnostics] of refused) {
  const found = parseAttributes(text).diagnostics.map((one) => linesOf(one).join(', '))
  t.strictSame(found, diagnostics, `refused: ${title}`)
}

t.strictSame(
  parseAttributes('a=b,c,d="e"f,g=h').attributes,
  [
    { name: 'a', value: 'b', position: 1 },
    { name: 'g', value: 'h', position: 4 },
  ],
  'what is wrong with one part leaves the others',
)

const written: readonly (readonly [title: string, value: string, text: string])[] = [
  ['a value is written plain where it can be', 'team/db="x"\\', 'a=team/db="x"\\'],
  ['an empty value is written plain', '', 'a='],
  ['a value with a comma is quoted', 'b,c', 'a="b,c"'],
  ['a value with spaces at its ends is quoted', ' b', 'a=" b"'],
  ['a value that begins with a quote is quoted', '"\\', 'a="\\"\\\\"'],
]

for (const [title, value, text] of written) t.equal(formatAttributes([{ name: 'a', value }]), text, title)

await t.test('what is formatted is parsed back as it was', async () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,9}$/)
  const attribute = fc.record({ name, value: anyText }, { noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(attribute), (attributes) => {
      const placed = attributes.map((one, index) => ({ ...one, position: index + 1 }))
      deepStrictEqual(parseAttributes(formatAttributes(attributes)), { attributes: placed, diagnostics: [] })
    }),
    runs(500),
  )
})

await t.test('any text is attributes and Diagnostics, one of them for each part', async () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { attributes, diagnostics } = parseAttributes(text)
      const parts = attributes.length + diagnostics.length
      deepStrictEqual(parts === 0, /^[ \t\r\n]*$/.test(text))
      deepStrictEqual(parts <= text.split(',').length, true)
    }),
    runs(1000),
  )
})

// All annotations of an object together have at most 256 KiB.
const limit = 256 * 1024

const hostile: readonly (readonly [title: string, text: string])[] = [
  ['blanks inside a value', `a=b${' '.repeat(limit)}c`],
  ['blanks inside a name', `a${' '.repeat(limit)}b=c`],
  ['blanks before a quote', `a=${' '.repeat(limit)}"`],
  ['a long name and many "="', 'a'.repeat(limit / 2) + '='.repeat(limit / 2)],
  ['quotes that do not close', 'a="\\'.repeat(limit / 4)],
  ['backslashes in quotes', `a="${'\\'.repeat(limit)}"`],
  ['commas', ','.repeat(limit)],
]

for (const [title, text] of hostile) {
  // What backtracks on one of these does not end before the time-out of this file.
  const { attributes, diagnostics } = parseAttributes(text)
  t.ok(attributes.length + diagnostics.length <= 2 * bounds.attributes, `256 KiB are parsed: ${title}`)
}

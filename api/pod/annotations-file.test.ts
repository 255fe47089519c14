import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { formatAnnotationsFile, parseAnnotationsFile } from './annotations-file.ts'
import { anyText, unicodeText } from '../declaration/arbitrary-declaration.ts'
import vectors from '../testdata/go-quote.json' with { type: 'json' }

const workedExample = String.raw`iam.amazonaws.com/role="cluster-app-role"
kubectl.kubernetes.io/note="{\"a\":\"b=c\"}\n"
secret.bsycorp.com/db.password="kind=REFERENCE,type=PASSWORD"
secret.bsycorp.com/signingKey.v1_private="kind=DYNAMIC,type=RSA,size=2048,foo=bar"
secret.bsycorp.com/signingKey.v1_public="kind=DYNAMIC,type=RSA,size=2048,foo=bar"`

const annotations = [
  ['iam.amazonaws.com/role', 'cluster-app-role'],
  ['kubectl.kubernetes.io/note', '{"a":"b=c"}\n'],
  ['secret.bsycorp.com/db.password', 'kind=REFERENCE,type=PASSWORD'],
  ['secret.bsycorp.com/signingKey.v1_private', 'kind=DYNAMIC,type=RSA,size=2048,foo=bar'],
  ['secret.bsycorp.com/signingKey.v1_public', 'kind=DYNAMIC,type=RSA,size=2048,foo=bar'],
] as const

t.strictSame(
  parseAnnotationsFile(workedExample),
  { annotations, diagnostics: [] },
  "the kubelet's file is read",
)
t.equal(
  formatAnnotationsFile(annotations.toReversed()),
  workedExample,
  'the file is written as the kubelet does',
)
t.strictSame(
  parseAnnotationsFile(`${workedExample}\n`).annotations,
  annotations,
  'a line end at the end is taken',
)
t.strictSame(
  parseAnnotationsFile(''),
  { annotations: [], diagnostics: [] },
  'an empty file is a pod without annotations',
)
t.strictSame(
  parseAnnotationsFile('b="2"\na="1"').annotations,
  [
    ['b', '2'],
    ['a', '1'],
  ],
  'lines may stand in any order',
)
t.equal(
  formatAnnotationsFile('b _ Z . a - 0 é 𐀀 ～'.split(' ').map((key) => [key, ''])),
  '-=""\n.=""\n0=""\nZ=""\n_=""\na=""\nb=""\né=""\n～=""\n𐀀=""',
  'lines are written in the order of the bytes of their keys',
)
t.equal(
  formatAnnotationsFile([['a', 'x\ud800y']]),
  'a="x\ufffdy"',
  'half a surrogate pair is written as U+FFFD',
)

for (const { description, byQuote, quoted, value } of vectors) {
  const expected =
    value === undefined
      ? {
          annotations: [],
          diagnostics: [
            { line: 1, key: 'a.b/c', message: 'has a value that is not quoted like a Go string' },
          ],
        }
      : { annotations: [['a.b/c', value]], diagnostics: [] }
  // A raw line end cannot reach the quoting: lines are cut before.
  if (quoted.includes('\n'))
    t.equal(parseAnnotationsFile(`a.b/c=${quoted}`).annotations.length, 0, description)
  else t.strictSame(parseAnnotationsFile(`a.b/c=${quoted}`), expected, `parsed as Go does: ${description}`)
  // What Go read as invalid bytes is U+FFFD by now, and written as such.
  if (byQuote && value !== undefined && !value.includes('\ufffd')) {
    t.equal(formatAnnotationsFile([['a', value]]), `a=${quoted}`, `written as Go does: ${description}`)
  }
}

const refused: readonly (readonly [title: string, text: string, ...diagnostics: object[]])[] = [
  ['a line without "="', 'a="1"\nb', { line: 2, message: 'has no "="' }],
  ['an empty line', 'a="1"\n\nb="2"', { line: 2, message: 'has no "="' }],
  ['a file of one line end', '\n', { line: 1, message: 'has no "="' }],
  [
    'a value without quotes',
    'a=1',
    { line: 1, key: 'a', message: 'has a value that is not quoted like a Go string' },
  ],
  [
    'CRLF line ends',
    'a="1"\r\n',
    { line: 1, key: 'a', message: 'has a value that is not quoted like a Go string' },
  ],
  [
    'several at once',
    'a\nb="\nc="3"\nd',
    { line: 1, message: 'has no "="' },
    { line: 2, key: 'b', message: 'has a value that is not quoted like a Go string' },
    { line: 4, message: 'has no "="' },
  ],
]

for (const [title, text, ...diagnostics] of refused) {
  t.strictSame(parseAnnotationsFile(text).diagnostics, diagnostics, `refused: ${title}`)
}

t.strictSame(
  parseAnnotationsFile('a\nb="2"\nc=').annotations,
  [['b', '2']],
  'what is wrong with one line leaves the others',
)

await t.test('what is formatted is parsed back as it was', async () => {
  const key = unicodeText.filter((text) => !/[=\n]/.test(text))
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, unicodeText), { selector: ([one]) => one }), (some) => {
      const { annotations: parsed, diagnostics } = parseAnnotationsFile(formatAnnotationsFile(some))
      deepStrictEqual(new Map(parsed), new Map(some))
      deepStrictEqual(diagnostics, [])
    }),
    runs(300),
  )
})

await t.test('any text is annotations and Diagnostics, one of them for each line', async () => {
  const line = fc.oneof(
    anyText,
    anyText.map((text) => `a="${text}"`),
  )
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.join('\n')
      const { annotations: parsed, diagnostics } = parseAnnotationsFile(text)
      deepStrictEqual(
        parsed.length + diagnostics.length,
        text === '' ? 0 : text.replace(/\n$/, '').split('\n').length,
      )
    }),
    runs(300),
  )
})

import { ok } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from './test-effort.ts'
import { parseAnnotationsFile } from './pod/annotations-file.ts'
import { anyText } from './declaration/arbitrary-declaration.ts'
import { findConflicts } from './pod/conflicts.ts'
import { quote } from './diagnostic.ts'
import { parsePodAnnotations } from './pod/pod-annotations.ts'

const rows: readonly (readonly [title: string, text: string, quoted: string])[] = [
  ['text stands in double quotes', 'foo', '"foo"'],
  ['nothing is two quotes', '', '""'],
  ['quotes and backslashes are escaped', 'a"b\\c', '"a\\"b\\\\c"'],
  ['line ends are escaped', 'a\r\nb', '"a\\r\\nb"'],
  ['control characters are escaped', '\u0000\u001b[31m', '"\\u0000\\u001b[31m"'],
  ['DEL and C1 are replaced', '\u007f\u0085\u009f', '"\ufffd\ufffd\ufffd"'],
  ['line and paragraph separators are replaced', '\u2028\u2029', '"\ufffd\ufffd"'],
  ['invisible and bidirectional controls are replaced', '\u200b\u202e\ufeff', '"\ufffd\ufffd\ufffd"'],
  ['letters of all languages stay', 'pässwörd 字', '"pässwörd 字"'],
  ['40 characters are shown', 'x'.repeat(40), `"${'x'.repeat(40)}"`],
  [
    'an ARN is shown as a whole',
    'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    '"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
  ],
  ['more than any ARN has is cut', `arn:${'x'.repeat(3000)}`, `"arn:${'x'.repeat(2044)}…"`],
  ['more than 40 characters are cut', 'x'.repeat(41), `"${'x'.repeat(40)}…"`],
]

for (const [title, text, quoted] of rows) t.equal(quote(text), quoted, title)

await t.test('any text is quoted in one short line of printable characters', async () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const quoted = quote(text)
      ok(/^"[^\p{C}\p{Zl}\p{Zp}]*"$/u.test(quoted.replaceAll(/[\p{Cn}\p{Co}]/gu, '')))
      ok(quoted.length <= 40 * '\\u0000'.length + '"…"'.length)
    }),
    runs(500),
  )
})

const secret = 'hunter2-xyz'

const some = (texts: string) => fc.array(fc.constantFrom(...texts.split('|')), { maxLength: 4 })

/** The secret in a value, or in what is no attribute. */
const leaking = fc
  .tuple(
    fc.constantFrom(...'storageKey=|version=|label=|foo=|storagekey=|typ=|=|1=|a b=||"'.split('|')),
    some('| |"|\\|\\"|\n|/|a|x"'),
    fc.stringMatching(/^[a-z0-9/]{0,4}$/),
    some('| |"|\\|\\"|,|/|a|"x|:'),
  )
  .map(([start, before, random, after]) => `${start}${before.join('')}${secret}${random}${after.join('')}`)

const harmless = some(
  'kind=DYNAMIC|kind=REFERENCE|kind=X|Kind=DYNAMIC|type=RSA|type=PASSWORD|type=GPG|size=128|size=1|' +
    'version=1|label=live|storageKey=a|foo=bar|',
)

const attributes = fc
  .tuple(harmless, leaking, harmless)
  .map(([before, part, after]) => [...before, part, ...after].join(','))

await t.test('no message shows a value other than that of kind, type or size', async () => {
  const names = 'secret./a secret./b_public secret./- resource./a lease./a secrets./a init./storage-prefix'
  const settings = 'init./format init./containers init./local-mode init./what'
  const key = fc.constantFrom(...`${names} ${settings}`.replaceAll('/', 'bsycorp.com/').split(' '))
  const pod = fc.uniqueArray(fc.tuple(key, attributes), { selector: ([one]) => one })
  fc.assert(
    fc.property(fc.array(pod, { maxLength: 3 }), (pods) => {
      const read = pods.map((annotations) => parsePodAnnotations(annotations, 'bsycorp.com'))
      const diagnostics = [
        ...read.flatMap((one) => one.diagnostics),
        ...findConflicts(read.map(({ declared }) => declared)).flat(),
      ]
      for (const { message } of diagnostics) ok(!message.includes('hunter'), message)
    }),
    runs(500),
  )
})

await t.test('no Diagnostic of an annotations file shows a value', async () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a=', 'a="', 'a="\\', ''), attributes)), (lines) => {
      const { diagnostics } = parseAnnotationsFile(lines.map((line) => line.join('')).join('\n'))
      for (const { message } of diagnostics) ok(!message.includes('hunter'), message)
    }),
  )
})

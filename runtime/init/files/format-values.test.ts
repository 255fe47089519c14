/** That shells, Python and YAML libraries read the same is tested with them, in test/init/formats.test.ts. */
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../api/test-effort.ts'
import { anyText } from '../../../api/arbitrary-text.ts'
import { type SecretsFormat, secretsFormats } from '../../../api/secrets-format.ts'
import { secretValue } from '../../secret-value.ts'
import { formatValues, refusedBy } from './format-values.ts'

const worked = [
  ['signingKey.v1_public', 'publickeydummyvalue'],
  ['db.password', 'fakepassword'],
  ['signingKey.v1_private', 'privatekeydummyvalue'],
] as const

const entriesOf = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([key, value]) => [key, secretValue(value)] as const)

const examples: Readonly<Record<SecretsFormat, string | ReadonlyMap<string, string>>> = {
  properties:
    'db.password=fakepassword\nsigningKey.v1_private=privatekeydummyvalue\nsigningKey.v1_public=publickeydummyvalue\n',
  dotenv:
    'DB_PASSWORD=fakepassword\nSIGNINGKEY_V1_PRIVATE=privatekeydummyvalue\nSIGNINGKEY_V1_PUBLIC=publickeydummyvalue\n',
  shell:
    'DB_PASSWORD=fakepassword\nSIGNINGKEY_V1_PRIVATE=privatekeydummyvalue\nSIGNINGKEY_V1_PUBLIC=publickeydummyvalue\n',
  json: `{
  "db.password": "fakepassword",
  "signingKey.v1_private": "privatekeydummyvalue",
  "signingKey.v1_public": "publickeydummyvalue"
}
`,
  yaml: `"db.password": "fakepassword"
"signingKey.v1_private": "privatekeydummyvalue"
"signingKey.v1_public": "publickeydummyvalue"
`,
  files: new Map([
    ['db.password', 'fakepassword'],
    ['signingKey.v1_private', 'privatekeydummyvalue'],
    ['signingKey.v1_public', 'publickeydummyvalue'],
  ]),
}
for (const format of secretsFormats)
  t.strictSame(formatValues(format, entriesOf(worked)), examples[format], `the worked example as ${format}`)

const awkward: readonly (readonly [format: SecretsFormat, title: string, value: string, line: string])[] = [
  ['dotenv', 'base64', 'MIIE+/A==', 'A=MIIE+/A==\n'],
  ['dotenv', 'a quote', "it's", `A="it's"\n`],
  ['dotenv', 'what some readers expand or cut', '$HOME # "\\x"', `A='$HOME # "\\x"'\n`],
  ['dotenv', 'blanks at the ends', ' a ', "A=' a '\n"],
  ['dotenv', 'nothing', '', 'A=\n'],
  ['shell', 'base64', 'MIIE+/A==', 'A=MIIE+/A==\n'],
  ['shell', 'a quote', "it's", `A='it'\\''s'\n`],
  ['shell', 'what a shell expands', '$HOME `id` "\\" ~ * !', `A='$HOME \`id\` "\\" ~ * !'\n`],
  ['shell', 'a home folder', 'a:~', "A='a:~'\n"],
  ['shell', 'line ends', 'a\r\nb\n', "A='a\r\nb\n'\n"],
  ['shell', 'nothing', '', 'A=\n'],
  [
    'json',
    'what must be escaped',
    '"\\\n\0\u007f\u00e9\u2028\u{1f511}',
    '{\n  "a": "\\"\\\\\\n\\u0000\\u007f\\u00e9\\u2028\\ud83d\\udd11"\n}\n',
  ],
  [
    'yaml',
    'what must be escaped',
    '"\\\n\t\r\0\u0085\u{1f511}',
    '"a": "\\"\\\\\\n\\t\\r\\u0000\\u0085\\U0001f511"\n',
  ],
  ['yaml', 'what YAML 1.1 takes for something else', '0644', '"a": "0644"\n'],
]
for (const [format, title, value, text] of awkward)
  t.equal(formatValues(format, entriesOf([['a', value]])), text, `${format}: ${title}`)

t.equal(
  formatValues(
    'json',
    entriesOf([
      ['10', 'a'],
      ['9', 'b'],
      ['a', 'c'],
    ]),
  ),
  '{\n  "10": "a",\n  "9": "b",\n  "a": "c"\n}\n',
  'numbers are sorted as texts',
)

const refused: readonly (readonly [value: string, formats: readonly SecretsFormat[]])[] = [
  ['a\0b', ['dotenv', 'shell']],
  ['a\ud800b', ['dotenv', 'shell', 'yaml', 'files']],
  ['a\nb', ['dotenv']],
  ['\ud83d\udd11 \r\n\u0085\ufeff\ufffd', ['dotenv']],
  [`it's "x"`, ['dotenv']],
  ['', []],
]
for (const [value, formats] of refused) {
  const refusing = secretsFormats.filter((format) => refusedBy(format, secretValue(value)) !== undefined)
  t.strictSame(refusing, formats, `${JSON.stringify(value)} is refused by ${formats.join(', ') || 'none'}`)
}
t.equal(
  refusedBy('dotenv', secretValue('fake\0password')),
  'contains a NUL character, which the format dotenv cannot represent',
)

t.test('JSON.parse reads back any value of the format json', async (t) => {
  const objects = fc.dictionary(fc.stringMatching(/^[a-z0-9]{1,9}$/), anyText(), {
    noNullPrototype: true,
  })
  fc.assert(
    fc.property(objects, (object) => {
      const text = formatValues('json', entriesOf(Object.entries(object)))
      t.match(text, /^[\n -~]*$/)
      t.strictSame(typeof text === 'string' && JSON.parse(text), object)
    }),
    runs(30),
  )
})

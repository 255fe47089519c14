/** That Java reads the same is tested with Java, in test/init/java-properties.test.ts. */
import * as fc from 'fast-check'
import t from 'tap'
import { anyText } from '../../../api/arbitrary-text.ts'
import { secretValue } from '../../secret-value.ts'
import { formatProperties } from './properties.ts'

const format = (...entries: readonly (readonly [string, string])[]) =>
  formatProperties(entries.map(([key, value]) => [key, secretValue(value)] as const))

t.equal(
  format(
    ['signingKey.v1_public', 'publickeydummyvalue'],
    ['db.password', 'fakepassword'],
    ['signingKey.v1_private', 'privatekeydummyvalue'],
  ),
  'db.password=fakepassword\nsigningKey.v1_private=privatekeydummyvalue\nsigningKey.v1_public=publickeydummyvalue\n',
  'the worked example: sorted by key, a line each, a newline at the end',
)
t.equal(format(), '', 'no value is no line')
t.equal(
  format(['b', '1'], ['B', '2'], ['a-b', '3'], ['a.b', '4']),
  'B=2\na-b=3\na.b=4\nb=1\n',
  'sorted as bytes are',
)

const values: readonly (readonly [title: string, value: string, line: string])[] = [
  ['base64', 'MIIE+/A==', 'MIIE+/A=='],
  ['what would separate a key', '=a:b c', '=a:b c'],
  ['what would be a comment at the start of a line', '#!', '#!'],
  ['a space at the start', '  a', '\\  a'],
  ['spaces at the end', 'a  ', 'a  '],
  ['nothing', '', ''],
  ['backslashes', '\\n\\', '\\\\n\\\\'],
  ['line ends', 'a\nb\r\nc', 'a\\nb\\r\\nc'],
  ['a tab and a form feed', '\t\f', '\\t\\f'],
  ['other control characters', '\0\u007f', '\\u0000\\u007f'],
  ['letters of ISO-8859-1', 'h\u00e9', 'h\\u00e9'],
  ['other letters', '\u4f60', '\\u4f60'],
  ['characters beyond 16 bits', '\u{1f511}', '\\ud83d\\udd11'],
]
for (const [title, value, line] of values) t.equal(format(['key', value]), `key=${line}\n`, title)

t.test(
  'a value is one line of printable ASCII, and printable ASCII without backslash is not escaped',
  async () => {
    fc.assert(
      fc.property(anyText(), (value) => {
        const text = format(['key', value])
        const plain = /^(?! )[ -[\]-~]*$/.test(value)
        return /^key=[ -~]*\n$/.test(text) && (!plain || text === `key=${value}\n`)
      }),
    )
  },
)

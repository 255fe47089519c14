/** The reader for which the properties format is meant: java.util.Properties. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { anyText } from '../../api/arbitrary-text.ts'
import { formatProperties } from '../../runtime/init/formats/properties.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { run } from '../programs/programs.ts'
import { java, shortJava } from '../programs/tools.ts'

const { path: javaPath = 'java', missing = false } = java()

/** Code units, as Java's chars. */
function hex(text: string): string {
  return Array.from({ length: text.length }, (_, index) =>
    text.charCodeAt(index).toString(16).padStart(4, '0'),
  ).join('')
}

const awkward = fc.constantFrom(
  ' ',
  '\t',
  '\f',
  '\n',
  '\r',
  '\\',
  '\\\\',
  '\\u0041',
  '=',
  ':',
  '#',
  '!',
  '"',
  "'",
  '\0',
  '\u007f',
  '\u0085',
  '\u00a0',
  '\u00e9',
  '\u2028',
  '\ufeff',
  '\u4f60',
  '\u{1f511}',
  '\ud800',
  'a',
  'key=value',
)
const anyValue = fc.oneof(
  fc.array(awkward, { maxLength: 12 }).map((parts) => parts.join('')),
  anyText({ maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.base64String(),
)
const anyKey = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/)

t.test(
  'Java loads every stored value as it is, from a stream and from a reader',
  { skip: missing },
  async (t) => {
    const [entries = []] = fc.sample(
      fc.uniqueArray(fc.tuple(anyKey, anyValue), {
        minLength: 3000,
        maxLength: 3000,
        selector: ([key]) => key,
      }),
      1,
    )
    const file = join(t.testdir(), 'secret')
    writeFileSync(file, formatProperties(entries.map(([key, value]) => [key, secretValue(value)] as const)))
    const loaded = run(javaPath, [
      ...shortJava,
      join(import.meta.dirname, 'java', 'LoadProperties.java'),
      file,
    ])
    t.equal(loaded.status, 0, loaded.stderr)
    const lines = loaded.stdout.split('\n').filter((line) => line !== '')
    const expected = ['stream', 'reader'].flatMap((way) =>
      entries.map(([key, value]) => `${way} ${key} ${hex(value)}`),
    )
    t.strictSame(lines.toSorted(), expected.toSorted(), `${entries.length} values`)
  },
)

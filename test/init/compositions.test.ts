/** Values that compositions escape, read by the readers of the contexts for which the escapes are meant. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { anyText } from '../../api/arbitrary-text.ts'
import { escapeText, type TextEscape } from '../../runtime/values/escape.ts'
import { run } from '../programs/programs.ts'
import { command, java, shortJava } from '../programs/tools.ts'

const awkward = fc.constantFrom(
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '<',
  '>',
  '&',
  '"',
  "'",
  '&amp;',
  ']]>',
  '-->',
  '\\',
  '\\u0041',
  '=',
  ':',
  '#',
  '!',
  '%41',
  '/',
  '@',
  '?',
  '[',
  '+',
  '\f',
  '\u0085',
  '\u2028',
  '\ufeff',
  'é',
  '\u{1f511}',
  'x',
)
const hostile = fc
  .oneof(
    fc.array(awkward, { maxLength: 10 }).map((parts) => parts.join('')),
    anyText({ maxLength: 30 }),
  )
  .filter((text) => text.isWellFormed())
const texts = [...fc.sample(hostile, 600), 'a<b c="d">&e;\t\r\n f\u0085g\u2028h', '  two  spaces  ']

/** The texts that can be escaped, with what becomes of them. */
function escapedAs(escape: TextEscape) {
  return texts.flatMap((text) => {
    const { value } = escapeText(text, escape)
    return value === undefined ? [] : [{ text, value }]
  })
}

const python = command('python3')

function pythonReads(script: string, documents: readonly string[]): unknown {
  const { status, stdout, stderr } = run(python.path ?? '', [join(import.meta.dirname, 'python', script)], {
    input: JSON.stringify(documents),
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

t.test(
  'an XML reader sees the value, in an attribute and in text',
  { skip: python.missing ?? false },
  async (t) => {
    const all = escapedAs('xml')
    t.ok(all.length > 300, `${all.length} values`)
    const read = pythonReads(
      'read-xml.py',
      all.map(({ value }) => `<r a="${value}" b='${value}'><v>${value}</v><w/></r>`),
    )
    t.strictSame(
      read,
      all.map(({ text }) => [text, text, text]),
    )
  },
)

const libpq =
  python.missing ??
  (run('python3', ['-c', 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("pq") is None)'])
    .status === 0
    ? false
    : 'needs libpq')

t.test(
  'libpq sees the value in the user, the password, the database and a parameter of a URI',
  { skip: libpq },
  async (t) => {
    // An URI is a C string: libpq refuses %00 by name.
    const all = escapedAs('url').filter(({ text }) => !text.includes('\0') && text !== '')
    const read = pythonReads(
      'read-postgres-uri.py',
      all.map(
        ({ value }) => `postgres://${value}:${value}@db.example:5432/${value}?application_name=${value}`,
      ),
    )
    t.strictSame(
      read,
      all.map(({ text }) => ({
        user: text,
        password: text,
        host: 'db.example',
        port: '5432',
        dbname: text,
        application_name: text,
      })),
    )
  },
)

const { path: javaPath = 'java', missing: javaMissing = false } = java()

/** Code units, as Java's chars. */
function hex(text: string): string {
  return Array.from({ length: text.length }, (_, index) =>
    text.charCodeAt(index).toString(16).padStart(4, '0'),
  ).join('')
}

t.test('java.util.Properties loads the value, at any place of a value', { skip: javaMissing }, async (t) => {
  const all = escapedAs('properties')
  const file = join(t.testdir(), 'app.properties')
  const lines = all.map(({ value }, index) => `start${index}=${value}\nmiddle${index}: <${value}>${value}\n`)
  writeFileSync(file, lines.join(''))
  const loaded = run(javaPath, [...shortJava, join(import.meta.dirname, 'java', 'LoadProperties.java'), file])
  t.equal(loaded.status, 0, loaded.stderr)
  const expected = ['stream', 'reader'].flatMap((way) =>
    all.flatMap(({ text }, index) => [
      `${way} start${index} ${hex(text)}`,
      `${way} middle${index} ${hex(`<${text}>${text}`)}`,
    ]),
  )
  t.strictSame(
    loaded.stdout
      .split('\n')
      .filter((line) => line !== '')
      .toSorted(),
    expected.toSorted(),
  )
})

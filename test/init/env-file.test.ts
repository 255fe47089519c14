/** The reader for which the file of variables is meant: the kubelet's own parser, in its own language. */
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { anyText } from '../../api/arbitrary-text.ts'
import { formatEnvFile, validateEnvValue } from '../../runtime/values/env-file.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { runGoModule } from '../programs/run-go.ts'

const go = findCommand('go')
const skip = go === undefined && 'needs the command go'

type Entry = readonly [key: string, text: string]

/** The values of all keys of each file; null where the kubelet refuses the file. */
function kubeletReads(files: readonly (readonly Entry[])[]): readonly (readonly (string | null)[])[] {
  const input = files.map((entries) => ({
    Text: Buffer.from(formatEnvFile(entries.map(([key, text]) => [key, secretValue(text)]))).toString(
      'base64',
    ),
    Keys: entries.map(([key]) => key),
  }))
  const { status, stdout, stderr } = runGoModule(
    go ?? '',
    join(import.meta.dirname, 'kubelet-env'),
    JSON.stringify(input),
  )
  if (status !== 0) throw new Error(stderr)
  const read: readonly (readonly (string | null)[])[] = JSON.parse(stdout)
  return read.map((values) =>
    values.map((one) => (one === null ? one : Buffer.from(one, 'base64').toString())),
  )
}

const key = fc
  .tuple(
    fc.constantFrom('secret', 'resource', 'compose'),
    fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/),
  )
  .map(([what, name]) => `${what}.${name}`)

const awkward = fc.constantFrom(
  '\n',
  ' ',
  '\t',
  '#',
  '=',
  '"',
  '\\',
  '$(X)',
  '${X}',
  '`',
  ' # x',
  '\n#',
  "\nA='b",
  '\r',
  "'",
  '\0',
  '\u0085',
  '\u2028',
  '\ufeff',
  'é',
  '\u{1f511}',
  'x',
)
const value = fc.oneof(
  fc.array(awkward, { maxLength: 8 }).map((parts) => parts.join('')),
  anyText({ maxLength: 30 }),
  fc.base64String({ maxLength: 200 }),
)

const isAccepted = ([one, text]: Entry) => validateEnvValue(one, 'NAME', secretValue(text)) === undefined

t.test('the kubelet reads every value that kees accepts as it is', { skip }, async (t) => {
  const entries = fc.uniqueArray(fc.tuple(key, value), {
    minLength: 1,
    maxLength: 12,
    selector: ([one]) => one,
  })
  const files = fc.sample(entries, 400).map((all) => all.filter(isAccepted))
  const longest: readonly Entry[] = [
    ['secret.a', 'x'.repeat(65_535 - "secret.a=''".length)],
    ['secret.b', `${'x'.repeat(65_535 - "secret.b='".length)}\n${'y'.repeat(65_534)}`],
    ['secret.c', 'after them'],
  ]
  t.ok(longest.every(isAccepted))
  const all = [...files, longest]
  const read = kubeletReads(all)
  const wrong = all.flatMap((one, index) =>
    one.filter(([, text], at) => read[index]?.[at] !== text).map((entry) => ({ entry, file: one })),
  )
  t.strictSame(wrong.slice(0, 3), [])
  const count = files.flat().length
  t.ok(count > 1000, `${count} values`)
})

t.test('what kees refuses the kubelet would read as something else, or not at all', { skip }, async (t) => {
  const refused: readonly (readonly [title: string, text: string])[] = [
    ['nothing', ''],
    ['a single quote', "hunter's"],
    ['a carriage return before a line end', 'a\r\nb'],
    ['a first line that is too long', 'x'.repeat(65_536 - "secret.a=''".length)],
    ['another line that is too long', `a\n${'x'.repeat(65_536)}\nb`],
    ['a last line that the quote makes too long', `a\n${'x'.repeat(65_535)}`],
  ]
  const read = kubeletReads(refused.map(([, text]) => [['secret.a', text]]))
  for (const [index, [title, text]] of refused.entries()) {
    t.notOk(isAccepted(['secret.a', text]), title)
    // Empty is its word for missing.
    const found = read[index]?.[0]
    t.ok(found === null || found === '' || found !== text, title)
  }
})

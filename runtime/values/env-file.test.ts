import t from 'tap'
import { secretValue } from '../secret-value.ts'
import { formatEnvFile, validateEnvValue } from './env-file.ts'

const line = (bytes: number) => 'x'.repeat(bytes - "KEY=''".length)

const accepted: readonly (readonly [title: string, text: string])[] = [
  ['text', 'p@ss "w" \\ $HOME ${x} # é \u{1f600}\t'],
  ['lines', '-----BEGIN-----\nabc\n\n-----END-----\n'],
  ['a line of the most bytes', line(65_535)],
  ['more bytes than a line may have', `${line(65_000)}\n${line(65_000)}`],
]
for (const [title, text] of accepted)
  t.equal(validateEnvValue('KEY', 'NAME', secretValue(text)), undefined, title)

const refused: readonly (readonly [title: string, text: string, message: RegExp])[] = [
  ['nothing', '', /^is empty/],
  ['a single quote', "hunter2'", /^contains a single quote/],
  ['a carriage return', 'hunter2\rx', /^contains a carriage return/],
  ['a NUL character', 'hunter2\0', /^contains a NUL character/],
  ['half of a surrogate pair', 'hunter2\ud800', /^is not Unicode text/],
  ['a first line that is too long', line(65_536), /^contains a line of more than 65535 bytes/],
  ['another line that is too long', `x\n${'x'.repeat(65_536)}\nx`, /^contains a line/],
  ['a last line that the quote makes too long', `x\n${'x'.repeat(65_535)}`, /^contains a line/],
  ['a line of too many bytes, not characters', 'é'.repeat(33_000), /^contains a line/],
  ['more than Linux allows', 'hunter2\n'.repeat(131_072 / 8), /^is longer than Linux allows/],
]
for (const [title, text, message] of refused)
  t.test(`refused: ${title}`, async (t) => {
    const found = validateEnvValue('KEY', 'NAME', secretValue(text))
    t.match(found?.message, message)
    t.match(found?.hint, 'attribute file')
    t.notMatch(JSON.stringify(found), 'hunter2')
  })

const [two, one] = [secretValue('2'), secretValue('1')]
t.equal(
  formatEnvFile([
    ['b', two],
    ['a', one],
  ]),
  "a='1'\nb='2'\n",
  'sorted by key',
)
t.equal(formatEnvFile([]), '', 'an empty file')

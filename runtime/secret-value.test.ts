import { format, inspect } from 'node:util'
import t from 'tap'
import { secretValue } from './secret-value.ts'

const value = secretValue('fakepassword')
/** The linter knows better than to print the type. */
const printable: unknown = value

const prints: readonly (readonly [title: string, printed: string])[] = [
  ['String()', String(printable)],
  ['join', [printable].join(', ')],
  ['JSON', JSON.stringify({ value })],
  ['inspect', inspect(value)],
  ['inspect in depth', inspect({ a: [{ value }] }, { depth: 9, showHidden: true })],
  ['inspect without custom printing', inspect(value, { customInspect: false, showHidden: true })],
  ['format %s', format('%s', value)],
  ['format %j', format('%j', value)],
  ['format %o', format('%o', value)],
  ["an error's cause", inspect(new Error('failed', { cause: { value } }))],
]

for (const [title, printed] of prints) t.notMatch(printed, 'fakepassword', `${title} does not show the value`)

t.equal(String(printable), '<redacted>', 'it reports that something was omitted')
t.equal(JSON.stringify({ value }), '{"value":"<redacted>"}', 'in JSON too')
t.equal(inspect({ value }), '{ value: <redacted> }', 'and in an inspection')
t.equal(value.reveal(), 'fakepassword', 'who asks for the value gets it')

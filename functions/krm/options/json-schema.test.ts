import t from 'tap'
import { linesOf } from '../../../api/diagnostic.ts'
import { hasType, type JsonSchema } from './json-schema.ts'

/** Whether the type is right, and what is reported. */
function check(schema: JsonSchema, value: unknown) {
  const messages: string[] = []
  const fits = hasType(schema, value, (one) => messages.push(linesOf(one).join(', ')))
  return { fits, messages }
}
const text = { type: 'string' } as const
const short = { type: 'string', pattern: '^.{1,3}$', patternErrorMessage: 'must be short' } as const
const names = { type: 'array', items: short } as const
const pair = {
  type: 'object',
  properties: { name: short, count: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['name'],
  additionalProperties: false,
} as const
const size = { anyOf: [{ type: 'integer', minimum: 1, maximum: 9 }, { enum: [''] }] } as const

const right: readonly (readonly [title: string, schema: JsonSchema, value: unknown])[] = [
  ['a string', text, ''],
  ['a word of an enumeration', { enum: ['a', 'b'] }, 'b'],
  ['a whole number', { type: 'integer', minimum: 1, maximum: 9 }, 9],
  ['a list', names, ['a', 'abc']],
  ['an empty list', names, []],
  ['a map without what is optional', pair, { name: 'a' }],
  ['either alternative', size, ''],
  ['a map with any names', { type: 'object', additionalProperties: text }, { x: 'y' }],
  ['any map', { type: 'object' }, { x: [] }],
]
for (const [title, schema, value] of right)
  t.strictSame(check(schema, value), { fits: true, messages: [] }, title)

const wrong: readonly (readonly [
  title: string,
  schema: JsonSchema,
  value: unknown,
  ...messages: string[],
])[] = [
  ['a number for a string', text, 1, 'must be a string, hint: put it in quotes'],
  ['null for a string', text, null, 'must be a string'],
  ['another word', { enum: ['', 'a'] }, 'A', '"A" must be one of "", "a"'],
  ['a word for true or false', { type: 'boolean' }, 'yes', '"yes" must be true or false'],
  ['a number that is too large', size, 10, '10 must be a whole number from 1 to 9, or ""'],
  ['a fraction', size, 1.5, '1.5 must be a whole number from 1 to 9, or ""'],
  ['a map for a list', names, {}, 'must be a list of strings'],
  ['a list for a map', pair, [], 'must be a map with name, and optionally count'],
  [
    'a string that may be a credential',
    { type: 'array', items: pair },
    'fakepassword',
    'must be a list of maps with name, and optionally count',
  ],
  [
    'wrong items',
    names,
    ['a', 2, null],
    '[1] must be a string, hint: put it in quotes',
    '[2] must be a string',
  ],
  [
    'wrong properties, all at once',
    { type: 'array', items: pair },
    [{ nam: 'a' }, { name: 'a', count: 0 }],
    '[0].nam is not known: known are name, count, hint: did you mean "name"?',
    '[0].name is missing',
    '[1].count 0 must be a whole number from 1 to 9',
  ],
  [
    'a name that every object has',
    pair,
    { name: 'a', constructor: 1 },
    '.constructor is not known: known are name, count',
  ],
]
for (const [title, schema, value, ...messages] of wrong)
  t.strictSame(check(schema, value), { fits: false, messages }, title)

t.strictSame(
  check(names, ['abcd', 'a']),
  { fits: true, messages: ['[0] "abcd" must be short'] },
  'a text that a pattern refuses has the right type, so the rest is judged too',
)
t.strictSame(
  check({ type: 'string', validate: (one) => (one === 'a' ? [] : [{ message: 'must be a' }]) }, 'b'),
  { fits: true, messages: ['"b" must be a'] },
  'what a pattern cannot say is said by code',
)

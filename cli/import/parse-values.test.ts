import t from 'tap'
import { parseValues } from './parse-values.ts'

const item = (name: string, value: string) => ({ secretName: { S: name }, secretValue: { S: value } })
const read = (input: unknown) => {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const { values, diagnostics } = parseValues(Buffer.from(text))
  return {
    values: Object.fromEntries(values.map(({ parameter, value }) => [parameter, value.reveal()])),
    diagnostics: diagnostics.map(({ message }) => message),
  }
}

const good: readonly (readonly [title: string, input: unknown, values: Record<string, string>])[] = [
  [
    'a scan',
    { Items: [item('/prod/a', 'x'), item('/prod/b', 'y')], Count: 2, ScannedCount: 2 },
    { '/prod/a': 'x', '/prod/b': 'y' },
  ],
  ['names without a leading slash', { Items: [item('local/a', 'x')] }, { '/local/a': 'x' }],
  [
    'two names of one parameter with one value',
    { Items: [item('local/a', 'x'), item('/local/a', 'x')] },
    { '/local/a': 'x' },
  ],
  ['an empty table', { Items: [] }, {}],
  ['an object of names and values', { '/a': 'x', b: '"\\:{' }, { '/a': 'x', '/b': '"\\:{' }],
  ['an object with a name Items', { Items: 'x' }, { '/Items': 'x' }],
  ['a scan that PowerShell wrote', `\ufeff{"Items":[]}`, {}],
]
for (const [title, input, values] of good) t.strictSame(read(input), { values, diagnostics: [] }, title)

const bad: readonly (readonly [title: string, input: unknown, ...diagnostics: string[]])[] = [
  ['nothing', '', 'standard input is not JSON'],
  ['a text output of the AWS CLI', 'ITEMS\nSECRETNAME\t/a', 'standard input is not JSON'],
  ['JSON that was cut', '{"Items":[{"secretName":{"S":"/a"', 'standard input is not JSON'],
  ['a list', [item('/a', 'x')], 'standard input is not a JSON object'],
  [
    'items that are none, all at once',
    {
      Items: [
        'x',
        { secretName: { B: 'eA==' } },
        { secretName: { S: '/a' } },
        { secretName: { S: '/b' }, secretValue: { N: '1' } },
      ],
    },
    'item 1 of Items has no string attribute secretName',
    'item 2 of Items has no string attribute secretName',
    'item 3 of Items, "/a", has no string attribute secretValue',
    'item 4 of Items, "/b", has no string attribute secretValue',
  ],
  [
    'a page of a scan',
    { Items: [item('/a', 'x')], LastEvaluatedKey: { secretName: { S: '/a' } } },
    'the scan is incomplete: it has LastEvaluatedKey',
  ],
  ['a scan with --max-items', { Items: [], NextToken: 'eyJ' }, 'the scan is incomplete: it has NextToken'],
  ['a name twice in a scan', { Items: [item('/a', 'x'), item('/a', 'y')] }, '"/a" is there twice'],
  [
    'two names of one parameter with different values',
    { Items: [item('local/a', 'x'), item('/local/a', 'y')] },
    '"local/a" and "/local/a" are the same parameter, and have different values',
  ],
  ['a name twice in an object', '{"a": "x:", "b": "\\"", "a" : "y"}', '"a" is there twice'],
  ['a NUL byte', '{"a": "\0"}', 'standard input has a NUL byte, which JSON does not allow'],
  ['items that are no list', { Items: null }, 'standard input has "Items", which must be a list'],
  ['items that are a map', { Items: { a: 'x' } }, 'standard input has "Items", which must be a list'],
  [
    'halves of surrogate pairs, which UTF-8 cannot contain',
    String.raw`{"/v": "\ud800", "/w": "\ud83d\ude00", "/x": "a\udc00"}`,
    'the value of "/v" is not Unicode text: it has half of a surrogate pair',
    'the value of "/x" is not Unicode text: it has half of a surrogate pair',
  ],
  [
    'half of a surrogate pair in a scan',
    { Items: [item('/v', '\ud800')] },
    'the value of "/v" is not Unicode text: it has half of a surrogate pair',
  ],
  [
    'values that are no strings',
    { a: 1, b: { c: 'x' } },
    'the value of "a" is not a string',
    'the value of "b" is not a string',
  ],
]
for (const [title, input, ...diagnostics] of bad)
  t.strictSame(read(input), { values: {}, diagnostics }, title)

t.match(parseValues(Buffer.from([0xff, 0xfe, 0x7b])).diagnostics, [
  { message: 'standard input is UTF-16 or UTF-32 text, not UTF-8' },
])
t.equal(
  read({ Items: Array.from({ length: 1000 }, () => ({})) }).diagnostics.length,
  65,
  'no more errors than a person reads',
)
t.notMatch(
  JSON.stringify(parseValues(Buffer.from('{"a":"hunter2')).diagnostics),
  'hunter',
  'no value is quoted',
)

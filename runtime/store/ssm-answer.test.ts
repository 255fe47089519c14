import t from 'tap'
import { failureOf } from '../failure.ts'
import type { ParameterRef } from './parameter-store.ts'
import { readAnswer, type SsmAnswer } from './ssm-answer.ts'
import { peer } from '../fixtures.ts'

const parameter = (name: string, more: object = {}) => ({
  Name: name,
  Value: `value of ${name}`,
  Version: 2,
  ...more,
})

const good: readonly (readonly [
  title: string,
  refs: readonly ParameterRef[],
  answer: SsmAnswer,
  found: object[],
])[] = [
  [
    'in another order',
    [{ name: '/a' }, { name: '/b' }],
    { Parameters: [parameter('/b'), parameter('/a')] },
    [
      { ref: { name: '/b' }, value: 'value of /b', version: 2 },
      { ref: { name: '/a' }, value: 'value of /a', version: 2 },
    ],
  ],
  [
    'with the name as it was stored, without its slash',
    [{ name: '/db.password' }],
    { Parameters: [parameter('db.password')] },
    [{ ref: { name: '/db.password' }, value: 'value of db.password', version: 2 }],
  ],
  [
    'with the selector, as AWS gives it',
    [{ name: '/a', selector: '2' }],
    { Parameters: [parameter('/a', { Selector: ':2' })] },
    [{ ref: { name: '/a', selector: '2' }, value: 'value of /a', version: 2 }],
  ],
  [
    'without the selector, as moto gives it',
    [{ name: '/a', selector: 'blue' }],
    { Parameters: [parameter('/a')] },
    [{ ref: { name: '/a', selector: 'blue' }, value: 'value of /a', version: 2 }],
  ],
  [
    'with an empty value',
    [{ name: '/a' }],
    { Parameters: [parameter('/a', { Value: '' })] },
    [{ ref: { name: '/a' }, value: '', version: 2 }],
  ],
]

for (const [title, refs, answer, expected] of good) {
  const { found, missing } = readAnswer(refs, answer, peer)
  const shown = found.map(({ ref, value, version }) => ({ ref, value: value.reveal(), version }))
  t.strictSame(shown, expected, `an answer ${title} is matched`)
  t.strictSame(missing, [], `an answer ${title} misses nothing`)
}

t.strictSame(
  readAnswer([{ name: '/a' }, { name: '/b', selector: '3' }], { InvalidParameters: ['/b:3', 'a'] }, peer)
    .missing,
  [{ name: '/b', selector: '3' }, { name: '/a' }],
  'what is called invalid is missing, with or without slash and selector',
)

const one: readonly ParameterRef[] = [{ name: '/a' }]
const bad: readonly (readonly [
  title: string,
  refs: readonly ParameterRef[],
  answer: SsmAnswer,
  message: RegExp,
])[] = [
  ['is empty', one, {}, /omits \/a$/],
  ['leaves out a name', [...one, { name: '/b' }], { Parameters: [parameter('/a')] }, /omits \/b$/],
  ['has another name', one, { Parameters: [parameter('/b')] }, /was not requested/],
  ['has a name twice', one, { Parameters: [parameter('/a'), parameter('a')] }, /was not requested/],
  [
    'has a name as value and as invalid',
    one,
    { Parameters: [parameter('/a')], InvalidParameters: ['/a'] },
    /not requested/,
  ],
  [
    'has another selector',
    [{ name: '/a', selector: '1' }],
    { Parameters: [parameter('/a', { Selector: ':2' })] },
    /not requested/,
  ],
  [
    'has a selector that was not asked for',
    one,
    { Parameters: [parameter('/a', { Selector: ':2' })] },
    /not requested/,
  ],
  ['has no value', one, { Parameters: [{ Name: '/a', Version: 1 }] }, /lacks/],
  ['has no version', one, { Parameters: [{ Name: '/a', Value: 'fakepassword' }] }, /lacks/],
  ['has no list', one, { Parameters: 'fakepassword' }, /list/],
  ['has nothing in its list', one, { Parameters: [null] }, /lacks/],
  ['has no text as invalid name', one, { InvalidParameters: [7] }, /not requested/],
  ['has no name', one, { Parameters: [{ Value: 'fakepassword', Version: 1 }] }, /lacks/],
]

for (const [title, refs, answer, message] of bad) {
  let failure
  try {
    readAnswer(refs, answer, peer)
  } catch (error) {
    failure = failureOf(error)
  }
  t.match(failure, { code: 'BAD_ANSWER', message }, `a response that ${title} is refused`)
}

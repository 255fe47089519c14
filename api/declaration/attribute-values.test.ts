import t from 'tap'
import { attribute, type AttributeValues, type Taker, type ValuesOn } from './attribute-entry.ts'
import {
  formatValues,
  knownOn,
  readAttributes,
  readValues,
  refusedOn,
  type Report,
} from './attribute-values.ts'
import { parseAttributes } from './attributes.ts'
import { invalid, type Parsed } from '../parsed.ts'
import type { SecretType } from './secret-type.ts'

/** Some entries, as api/declaration/attribute-table.ts has them: all that follows is derived from the table. */
const table = {
  color: attribute({
    on: ['DYNAMIC', 'REFERENCE'],
    required: ['DYNAMIC'],
    meaning: 'the color',
    code: 'BAD_TYPE',
    allowed: () => 'allowed is red',
    parse: (text): Parsed<'red'> => (text === 'red' ? { value: text } : invalid('must be red')),
    format: (value) => value,
  }),
  depth: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    ignoredOn: ['DYNAMIC'],
    excludes: ['height'],
    meaning: 'the depth',
    code: 'BAD_SIZE',
    allowed: () => 'a digit',
    parse: (text): Parsed<number> =>
      /^[0-9]$/.test(text) ? { value: Number(text) } : invalid('must be a digit', 'count again'),
    format: String,
  }),
  height: attribute({
    on: ['resource'],
    required: [],
    excludes: ['depth'],
    meaning: 'the height',
    code: 'BAD_SIZE',
    allowed: () => 'anything',
    parse: (text): Parsed<string> => ({ value: text }),
    format: (value) => value,
  }),
  mail: attribute({
    on: ['DYNAMIC'],
    required: [],
    requiredByTypes: ['GPG'],
    meaning: 'the address',
    code: 'BAD_VALUE',
    allowed: () => 'an address',
    parse: (text): Parsed<string> => ({ value: text }),
    format: (value) => value,
  }),
}
type Values = AttributeValues<typeof table>

function read(taker: Taker, text: string, type?: SecretType) {
  const diagnostics: string[] = []
  const report: Report = (code, wrong) => {
    const { message, hint = '' } = typeof wrong === 'string' ? { message: wrong } : wrong
    diagnostics.push(`${code} ${message} ${hint}`.trim())
  }
  const takers: readonly Taker[] = taker === 'resource' ? ['resource'] : ['DYNAMIC', 'REFERENCE']
  const given = readAttributes(
    knownOn(table, takers),
    refusedOn(table, takers),
    parseAttributes(text).attributes,
    [],
    report,
  )
  return {
    values: readValues<Values>(table, given, { taker, type, from: undefined }, report),
    diagnostics,
  }
}

t.test('the types of declarations are derived from the table', async (t) => {
  const dynamic: ValuesOn<typeof table, 'DYNAMIC'> = { color: 'red' }
  const reference: ValuesOn<typeof table, 'REFERENCE'> = { depth: 1 }
  const resource: ValuesOn<typeof table, 'resource'> = { height: 'a' }
  t.strictSame(read('DYNAMIC', 'color=red').values, dynamic)
  t.strictSame(read('REFERENCE', 'depth=1').values, reference)
  t.strictSame(read('resource', 'height=a').values, resource)
})

const rows: readonly (readonly [title: string, taker: Taker, text: string, ...diagnostics: string[]])[] = [
  ['nothing is required of a resource', 'resource', ''],
  ['an attribute that is accepted and ignored', 'DYNAMIC', 'color=red,depth=x'],
  [
    'a required attribute that is missing',
    'DYNAMIC',
    '',
    'MISSING_ATTRIBUTE attribute "color" is missing: allowed is red',
  ],
  ['a wrong value', 'REFERENCE', 'depth=x', 'BAD_SIZE depth must be a digit count again'],
  [
    'two that must not be used together',
    'resource',
    'height=a,depth=1',
    'ATTRIBUTE_NOT_ALLOWED attributes "depth" and "height" must not be used together',
  ],
  [
    'what is not for this kind',
    'DYNAMIC',
    'color=red,height=a',
    'ATTRIBUTE_NOT_ALLOWED attribute "height" is not allowed on DYNAMIC secrets: only on resources',
  ],
  [
    'a name that is a letter off',
    'DYNAMIC',
    'colour=red',
    'MISSPELT_ATTRIBUTE attribute "colour" is not known did you mean "color"?',
  ],
  [
    'an unknown name',
    'resource',
    'width=1',
    'UNKNOWN_ATTRIBUTE attribute "width" is not known and has no effect; known are depth, height',
  ],
  [
    'two unknown names, which are listed with what is known once',
    'resource',
    'width=1,length=1',
    'UNKNOWN_ATTRIBUTE attribute "width" is not known and has no effect; known are depth, height',
    'UNKNOWN_ATTRIBUTE attribute "length" is not known and has no effect',
  ],
]
for (const [title, taker, text, ...diagnostics] of rows)
  t.strictSame(read(taker, text).diagnostics, diagnostics, title)

t.strictSame(read('DYNAMIC', 'color=red', 'RSA').diagnostics, [], 'not required by other types')
t.strictSame(
  read('DYNAMIC', 'color=red', 'GPG').diagnostics,
  ['MISSING_ATTRIBUTE attribute "mail" is missing: an address'],
  'required by its type',
)

t.strictSame(
  formatValues<Values>(table, { depth: 3, color: 'red' }),
  [
    { name: 'color', value: 'red' },
    { name: 'depth', value: '3' },
  ],
  'values are formatted in the order of the table',
)

import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { attributeTable } from './attribute-table.ts'
import { knownOn } from './attribute-values.ts'
import { linesOf } from '../diagnostic.ts'
import { anyText } from './arbitrary-declaration.ts'
import { anyDeclaration } from './arbitrary-shape.ts'
import type { Declaration } from './declaration.ts'
import { formatDeclaration, parseDeclaration } from './parse-declaration.ts'
import { secretKinds } from './secret-type.ts'

const parse = (what: Declaration['what'], name: string, text: string) => {
  const { declaration, diagnostics } = parseDeclaration(what, `${what}.bsycorp.com/${name}`, name, text)
  return {
    declaration,
    diagnostics: diagnostics.map(
      ({ severity, code, ...one }) => `${severity} ${code}: ${linesOf(one).join(', ')}`,
    ),
  }
}

const secret = { what: 'secret' } as const
const dynamic = { ...secret, kind: 'DYNAMIC' } as const
const reference = { ...secret, kind: 'REFERENCE', type: 'PASSWORD', name: 'db' } as const
const db = { what: 'resource', name: 'db' } as const
const label100 = 'L'.repeat(100)

const accepted: readonly (readonly [title: string, text: string, declaration: Declaration])[] = [
  [
    'a DYNAMIC RSA secret has a key length',
    'kind=DYNAMIC,type=RSA,size=2048',
    { ...dynamic, name: 'key_public', type: 'RSA', size: 2048 },
  ],
  [
    'RSA keys may have 3072 bits',
    'kind=DYNAMIC,type=RSA,size=3072',
    { ...dynamic, name: 'key_private', type: 'RSA', size: 3072 },
  ],
  [
    'RSA keys may have 4096 bits',
    'kind=DYNAMIC,type=RSA,size=4096',
    { ...dynamic, name: 'key_private', type: 'RSA', size: 4096 },
  ],
  [
    'a DYNAMIC GPG secret has a user ID',
    'kind=DYNAMIC,type=GPG,size=4096,userId="A, B <a@example.com>"',
    { ...dynamic, name: 'key_private', type: 'GPG', size: 4096, userId: 'A, B <a@example.com>' },
  ],
  [
    'a user ID may have 256 bytes',
    `kind=DYNAMIC,type=GPG,size=2048,userId=${'ä'.repeat(128)}`,
    { ...dynamic, name: 'key_public', type: 'GPG', size: 2048, userId: 'ä'.repeat(128) },
  ],
  [
    'a REFERENCE of type GPG has no user ID of its own',
    'kind=REFERENCE,type=GPG,size=2048,userId=A',
    { ...reference, type: 'GPG' },
  ],
  [
    'a DYNAMIC RANDOM secret has a number of bits',
    'kind=DYNAMIC,type=RANDOM,size=256',
    { ...dynamic, name: 'token', type: 'RANDOM', size: 256 },
  ],
  [
    'RANDOM may be as short as 8 bits',
    'kind=DYNAMIC,type=RANDOM,size=8',
    { ...dynamic, name: 'token', type: 'RANDOM', size: 8 },
  ],
  [
    'PASSWORD may be as long as 8192 bits',
    'kind=DYNAMIC,type=PASSWORD,size=8192',
    { ...dynamic, name: 'db', type: 'PASSWORD', size: 8192 },
  ],
  [
    'attributes may stand in any order, with spaces around',
    ' size = 128 , type = PASSWORD ,\n kind = DYNAMIC ',
    { ...dynamic, name: 'db', type: 'PASSWORD', size: 128 },
  ],
  [
    'values of enumerations and sizes may be quoted',
    'kind="DYNAMIC",type="PASSWORD",size="128"',
    { ...dynamic, name: 'db', type: 'PASSWORD', size: 128 },
  ],
  [
    'a DYNAMIC secret may have a storageKey',
    'kind=DYNAMIC,type=PASSWORD,size=128,storageKey=team/db',
    { ...dynamic, name: 'db', type: 'PASSWORD', size: 128, storageKey: 'team/db' },
  ],
  ['a REFERENCE secret needs no size', 'kind=REFERENCE,type=PASSWORD', reference],
  ['REFERENCE accepts and ignores size', 'kind=REFERENCE,type=PASSWORD,size=banana', reference],
  [
    'a REFERENCE named like a part of a key pair is simply a secret of that name',
    'kind=REFERENCE,type=RSA',
    { ...reference, type: 'RSA', name: 'db_password' },
  ],
  [
    'a REFERENCE may be stored under any key',
    'kind=REFERENCE,type=RSA,storageKey=x',
    { ...reference, type: 'RSA', name: 'key_public', storageKey: 'x' },
  ],
  [
    'a REFERENCE may be pinned to a version',
    'kind=REFERENCE,type=PASSWORD,version=12',
    { ...reference, version: '12' },
  ],
  [
    'a REFERENCE may be pinned to a label',
    'kind=REFERENCE,type=PASSWORD,label=live',
    { ...reference, label: 'live' },
  ],
  [
    'a label may have 100 characters',
    `kind=REFERENCE,type=PASSWORD,label=${label100}`,
    { ...reference, label: label100 },
  ],
  ['a label may hold aws and ssm inside', 'label=an_aws.ssm-1', { ...db, label: 'an_aws.ssm-1' }],
  ['a resource may have no attributes', '', db],
  ['a resource may have a storageKey', 'storageKey=url', { ...db, storageKey: 'url' }],
  ['a resource may be pinned to a version', 'version=1', { ...db, version: '1' }],
  [
    'a resource may be pinned to a label and stored elsewhere',
    'label=live,storageKey=url',
    { ...db, storageKey: 'url', label: 'live' },
  ],
]

for (const [title, text, declaration] of accepted) {
  t.strictSame(parse(declaration.what, declaration.name, text), { declaration, diagnostics: [] }, title)
}

const known = `known are ${knownOn(attributeTable, secretKinds).join(', ')}`
const knownOnResources = `known are ${knownOn(attributeTable, ['resource']).join(', ')}`

const warned: readonly (readonly [
  title: string,
  what: Declaration['what'],
  text: string,
  warning: string,
])[] = [
  [
    'an unknown attribute of a secret',
    'secret',
    'kind=REFERENCE,type=RSA,foo=bar',
    `attribute "foo" is not known and has no effect; ${known}`,
  ],
  [
    'an unknown attribute that every object has',
    'secret',
    'kind=REFERENCE,type=RSA,constructor=bar',
    `attribute "constructor" is not known and has no effect; ${known}`,
  ],
  [
    'an attribute of secrets on a resource',
    'resource',
    'kind=REFERENCE',
    `attribute "kind" is not known and has no effect; ${knownOnResources}`,
  ],
]

for (const [title, what, text, warning] of warned) {
  const { declaration, diagnostics } = parse(what, 'db', text)
  t.strictSame(diagnostics, [`warning UNKNOWN_ATTRIBUTE: ${warning}`], `a warning: ${title}`)
  t.ok(declaration, `a declaration all the same: ${title}`)
}

const kindMissing = 'MISSING_ATTRIBUTE: attribute "kind" is missing: allowed are DYNAMIC and REFERENCE'
const typeMissing =
  'MISSING_ATTRIBUTE: attribute "type" is missing: allowed are RSA, RANDOM, PASSWORD, GPG, TEXT'
const kinds = 'is not known: allowed are DYNAMIC and REFERENCE'
const types = 'is not known: allowed are RSA, RANDOM, PASSWORD, GPG, TEXT'
const rsaSizes = 'type RSA takes 2048, 3072, 4096 bits'
const passwordSizes = 'type PASSWORD takes a multiple of 8 from 8 to 8192 bits'
const onlyRead = 'is not allowed on DYNAMIC secrets: only on REFERENCE secrets and resources'
const wrongVersion = 'BAD_PIN: version must be a whole number from 1'
const wrongLabel =
  'BAD_PIN: label must be at most 100 letters, digits, "_", "." and "-", not beginning with a digit, aws or ssm: SSM refuses others'
const refusedKey = 'BAD_STORAGE_KEY: storageKey'
const needsPair =
  'BAD_NAME: kind DYNAMIC and type RSA make a key pair: the name must end in _public or _private'
const password = 'kind=DYNAMIC,type=PASSWORD,size'
const rsa = 'kind=DYNAMIC,type=RSA,size'
const gpg = 'kind=DYNAMIC,type=GPG,userId=A <a@example.com>'

const refusedSecrets: readonly (readonly [
  title: string,
  name: string,
  text: string,
  ...diagnostics: string[],
])[] = [
  ['no attributes', 'db', '', kindMissing, typeMissing],
  ['kind is required', 'db', 'type=RSA', kindMissing],
  ['type is required', 'db', 'kind=REFERENCE', typeMissing],
  ['an unknown kind', 'db', 'kind=STATIC,type=RSA', `BAD_KIND: kind "STATIC" ${kinds}`],
  ['a kind in another case', 'db', 'kind=dynamic,type=RSA', `BAD_KIND: kind "dynamic" ${kinds}`],
  ['an empty kind', 'db', 'kind=,type=RSA', `BAD_KIND: kind "" ${kinds}`],
  [
    'a kind that every object has',
    'db',
    'kind=constructor,type=RSA',
    `BAD_KIND: kind "constructor" ${kinds}`,
  ],
  ['an unknown type', 'db', 'kind=REFERENCE,type=DSA', `BAD_TYPE: type "DSA" ${types}`],
  ['a type in another case', 'db', 'kind=REFERENCE,type=rsa', `BAD_TYPE: type "rsa" ${types}`],
  [
    'a GPG key without userId',
    'a_public',
    'kind=DYNAMIC,type=GPG,size=2048',
    'MISSING_ATTRIBUTE: attribute "userId" is missing: type GPG takes a user ID such as "Name <mail@example.com>"',
  ],
  [
    'a GPG key of another size',
    'a_public',
    `${gpg},size=1024`,
    'BAD_SIZE: size "1024" is not allowed: type GPG takes 2048, 3072, 4096 bits',
  ],
  [
    'a user ID of another type',
    'a_public',
    `${rsa}=2048,userId=fakepassword`,
    'BAD_VALUE: userId is not allowed with type RSA: only with GPG',
  ],
  [
    'a user ID that is empty',
    'a_public',
    'kind=DYNAMIC,type=GPG,size=2048,userId=""',
    'BAD_VALUE: userId is empty, hint: write a name and a mail address: userId="Name <mail@example.com>"',
  ],
  ...['\n', '\0', '\u0085', '\u2028', '\ud800'].map(
    (sign) =>
      [
        `a user ID with the character ${sign.charCodeAt(0)}`,
        'a_public',
        `kind=DYNAMIC,type=GPG,size=2048,userId="a${sign}b"`,
        'BAD_VALUE: userId has a line end or another control character',
      ] as const,
  ),
  [
    'a user ID that is too long',
    'a_public',
    `kind=DYNAMIC,type=GPG,size=2048,userId=${'ä'.repeat(128)}a`,
    'BAD_VALUE: userId has more than 256 bytes',
  ],
  [
    'a misspelt user ID',
    'a_public',
    'kind=DYNAMIC,type=GPG,size=2048,userid=a',
    'MISSPELT_ATTRIBUTE: attribute "userid" is not known, hint: did you mean "userId"?',
  ],
  [
    'a passphrase of a GPG key',
    'a_password',
    `${gpg},size=2048`,
    'BAD_NAME: a key of type GPG has no passphrase: the name must end in _public or _private, ' +
      'hint: a passphrase that is stored beside its key protects nothing: grant access to the private part instead',
  ],
  [
    'a GPG key that is not a part of a pair',
    'a',
    `${gpg},size=2048`,
    'BAD_NAME: kind DYNAMIC and type GPG make a key pair: the name must end in _public or _private',
  ],
  [
    'DYNAMIC needs size',
    'db',
    'kind=DYNAMIC,type=PASSWORD',
    `MISSING_ATTRIBUTE: attribute "size" is missing: ${passwordSizes}`,
  ],
  [
    'an RSA key length that is none',
    'a_public',
    `${rsa}=1024`,
    `BAD_SIZE: size "1024" is not allowed: ${rsaSizes}`,
  ],
  ['an RSA size in bytes', 'a_public', `${rsa}=256`, `BAD_SIZE: size "256" is not allowed: ${rsaSizes}`],
  [
    'a size that is no multiple of 8',
    'db',
    `${password}=100`,
    `BAD_SIZE: size "100" is not allowed: ${passwordSizes}`,
  ],
  ['a size of 0', 'db', `${password}=0`, `BAD_SIZE: size "0" is not allowed: ${passwordSizes}`],
  ['a negative size', 'db', `${password}=-8`, `BAD_SIZE: size "-8" is not allowed: ${passwordSizes}`],
  ['a size over 8192', 'db', `${password}=8200`, `BAD_SIZE: size "8200" is not allowed: ${passwordSizes}`],
  [
    'a size with a leading zero',
    'db',
    `${password}=0128`,
    `BAD_SIZE: size "0128" is not allowed: ${passwordSizes}`,
  ],
  [
    'a size with a fraction',
    'db',
    `${password}=8.0`,
    `BAD_SIZE: size "8.0" is not allowed: ${passwordSizes}`,
  ],
  [
    'a size with an exponent',
    'db',
    `${password}=8e1`,
    `BAD_SIZE: size "8e1" is not allowed: ${passwordSizes}`,
  ],
  ['a hexadecimal size', 'db', `${password}=0x80`, `BAD_SIZE: size "0x80" is not allowed: ${passwordSizes}`],
  [
    'a size with a unit',
    'db',
    `${password}=128bits`,
    `BAD_SIZE: size "128bits" is not allowed: ${passwordSizes}`,
  ],
  [
    'a size in other digits',
    'db',
    `${password}=\u0668`,
    `BAD_SIZE: size "\u0668" is not allowed: ${passwordSizes}`,
  ],
  ['an empty size', 'db', `${password}=`, `BAD_SIZE: size "" is not allowed: ${passwordSizes}`],
  [
    'version on DYNAMIC',
    'db',
    `${password}=128,version=1`,
    `ATTRIBUTE_NOT_ALLOWED: attribute "version" ${onlyRead}`,
  ],
  [
    'label on DYNAMIC',
    'db',
    `${password}=128,label=live`,
    `ATTRIBUTE_NOT_ALLOWED: attribute "label" ${onlyRead}`,
  ],
  [
    'an attribute twice',
    'db',
    `${password}=128,size=128`,
    'DUPLICATE_ATTRIBUTE: attribute "size" is declared twice',
  ],
  [
    'an attribute in two cases, the known one among them',
    'db',
    `${password}=128,storageKey=a,storagekey=b`,
    'MISSPELT_ATTRIBUTE: attribute "storagekey" is not known, hint: did you mean "storageKey"?',
  ],
  [
    'an unknown attribute twice',
    'db',
    `${password}=128,foo=1,foo=1`,
    `UNKNOWN_ATTRIBUTE: attribute "foo" is not known and has no effect; ${known}`,
    'DUPLICATE_ATTRIBUTE: attribute "foo" is declared twice',
  ],
  [
    'an attribute that differs from a known one by case',
    'db',
    `${password}=128,storagekey=x`,
    'MISSPELT_ATTRIBUTE: attribute "storagekey" is not known, hint: did you mean "storageKey"?',
  ],
  [
    'an attribute that differs from a known one by a letter',
    'db',
    `${password}=128,storageKeys=x`,
    'MISSPELT_ATTRIBUTE: attribute "storageKeys" is not known, hint: did you mean "storageKey"?',
  ],
  [
    'an attribute with two letters swapped',
    'db',
    'kind=REFERENCE,type=RSA,lable=x',
    'MISSPELT_ATTRIBUTE: attribute "lable" is not known, hint: did you mean "label"?',
  ],
  [
    'a required attribute misspelt is one error, not two',
    'db',
    'Kind=DYNAMIC,typ=PASSWORD,siez=128',
    'MISSPELT_ATTRIBUTE: attribute "Kind" is not known, hint: did you mean "kind"?',
    'MISSPELT_ATTRIBUTE: attribute "typ" is not known, hint: did you mean "type"?',
    'MISSPELT_ATTRIBUTE: attribute "siez" is not known, hint: did you mean "size"?',
  ],
  [
    'size misspelt on DYNAMIC is one error, not two',
    'db',
    'kind=DYNAMIC,type=PASSWORD,Size=128',
    'MISSPELT_ATTRIBUTE: attribute "Size" is not known, hint: did you mean "size"?',
  ],
  [
    'a comma at the end',
    'db',
    `${password}=128,`,
    'SYNTAX: attribute 4 is empty, hint: remove the extra comma',
  ],
  ['an RSA name without suffix', 'key', `${rsa}=2048`, needsPair],
  [
    "a storageKey without the part's suffix",
    'key_public',
    `${rsa}=2048,storageKey=key`,
    'BAD_NAME: the name ends in _public, so the storageKey must end in _public too',
  ],
  [
    'all errors of a declaration are reported at once',
    'key',
    'kind=DYNAMIC,type=RSA,size=1,storageKey=/x,version=1,label=a,Kind=b,foo=c,,',
    'SYNTAX: attribute 9 is empty, hint: remove the extra comma',
    'SYNTAX: attribute 10 is empty, hint: remove the extra comma',
    'MISSPELT_ATTRIBUTE: attribute "Kind" is not known, hint: did you mean "kind"?',
    `UNKNOWN_ATTRIBUTE: attribute "foo" is not known and has no effect; ${known}`,
    `BAD_SIZE: size "1" is not allowed: ${rsaSizes}`,
    `${refusedKey} must not start with a slash: the storage-prefix is put before it`,
    `ATTRIBUTE_NOT_ALLOWED: attribute "version" ${onlyRead}`,
    `ATTRIBUTE_NOT_ALLOWED: attribute "label" ${onlyRead}`,
    needsPair,
  ],
  [
    'DYNAMIC alone lacks two attributes',
    'db',
    'kind=DYNAMIC',
    'MISSING_ATTRIBUTE: attribute "type" is missing: allowed are RSA, RANDOM, PASSWORD, GPG',
    'MISSING_ATTRIBUTE: attribute "size" is missing: kind DYNAMIC needs it',
  ],
  [
    'a wrong pin under a wrong kind',
    'db',
    'kind=X,type=Y,version=z',
    `BAD_KIND: kind "X" ${kinds}`,
    `BAD_TYPE: type "Y" ${types}`,
    wrongVersion,
  ],
]

for (const [title, name, text, ...diagnostics] of refusedSecrets) {
  const expected = diagnostics.map(
    (one) => `${one.startsWith('UNKNOWN_ATTRIBUTE') ? 'warning' : 'error'} ${one}`,
  )
  t.strictSame(
    parse('secret', name, text),
    { declaration: undefined, diagnostics: expected },
    `refused: ${title}`,
  )
}

const characters = 'has characters other than letters, digits, "_", "." and "-"'
const takes = 'does not give a valid SSM parameter name:'

// What a resource and a REFERENCE have in common.
const refusedBoth: readonly (readonly [title: string, text: string, diagnostic: string])[] = [
  ['version 0', 'version=0', wrongVersion],
  ['a negative version', 'version=-1', wrongVersion],
  ['a version with a fraction', 'version=1.0', wrongVersion],
  ['a version with a leading zero', 'version=01', wrongVersion],
  ['a version that no number holds', 'version=9007199254740993', wrongVersion],
  ['a version that is a word', 'version=latest', wrongVersion],
  ['an empty version', 'version=', wrongVersion],
  ['a label that begins with a digit', 'label=1live', wrongLabel],
  ['a label that begins with aws', 'label=awsLive', wrongLabel],
  ['a label that begins with SSM in upper case', 'label=SSM', wrongLabel],
  ['a label of 101 characters', `label=${label100}L`, wrongLabel],
  ['a label of two words', 'label=a b', wrongLabel],
  ['an empty label', 'label=', wrongLabel],
  [
    'version and label at once',
    'version=1,label=live',
    'ATTRIBUTE_NOT_ALLOWED: attributes "version" and "label" must not be used together',
  ],
  [
    'an empty storageKey',
    'storageKey=',
    `${refusedKey} is empty, hint: leave it out to store the parameter under the name of the declaration`,
  ],
  [
    'an empty quoted storageKey',
    'storageKey=""',
    `${refusedKey} is empty, hint: leave it out to store the parameter under the name of the declaration`,
  ],
  [
    'a storageKey with a leading slash',
    'storageKey=/a',
    `${refusedKey} must not start with a slash: the storage-prefix is put before it`,
  ],
  ['a storageKey with a trailing slash', 'storageKey=a/', `${refusedKey} ${takes} segment 2 is empty`],
  ['a storageKey with an empty segment', 'storageKey=a//b', `${refusedKey} ${takes} segment 2 is empty`],
  ['a storageKey that leads upwards', 'storageKey=../a', `${refusedKey} ${takes} segment 1 is "." or ".."`],
  ['a storageKey with a dot as segment', 'storageKey=a/.', `${refusedKey} ${takes} segment 2 is "." or ".."`],
  ['a storageKey with a selector', 'storageKey=a:1', `${refusedKey} ${takes} it ${characters}`],
  ['a storageKey with a comma', 'storageKey="a,b"', `${refusedKey} ${takes} it ${characters}`],
  ['a storageKey with a wildcard', 'storageKey=a/*', `${refusedKey} ${takes} segment 2 ${characters}`],
]

for (const [title, text, diagnostic] of refusedBoth) {
  const expected = { declaration: undefined, diagnostics: [`error ${diagnostic}`] }
  t.strictSame(parse('resource', 'db', text), expected, `refused on a resource: ${title}`)
  t.strictSame(
    parse('secret', 'db', `kind=REFERENCE,type=RSA,${text}`),
    expected,
    `refused on a REFERENCE: ${title}`,
  )
}

await t.test('what is formatted is parsed back as it was', async () => {
  fc.assert(
    fc.property(anyDeclaration, (declaration) => {
      deepStrictEqual(parse(declaration.what, declaration.name, formatDeclaration(declaration)), {
        declaration,
        diagnostics: [],
      })
    }),
    runs(500),
  )
})

await t.test('any text is a declaration that can be written again, or errors', async () => {
  const what = fc.constantFrom<Declaration['what']>('secret', 'resource', 'compose')
  fc.assert(
    fc.property(what, anyText, anyText, (one, name, text) => {
      const { declaration, diagnostics } = parse(one, name, text)
      deepStrictEqual(
        declaration === undefined,
        diagnostics.some((diagnostic) => diagnostic.startsWith('error')),
      )
      if (declaration === undefined) return
      deepStrictEqual(parse(one, name, formatDeclaration(declaration)), { declaration, diagnostics: [] })
    }),
    runs(1000),
  )
})

await t.test(
  'a text that was read before is read as for the first time, with its own name and annotation',
  async (t) => {
    const read = (name: string, text: string) =>
      parseDeclaration('secret', `secret.example.com/${name}`, name, text)
    const texts = [
      'kind=DYNAMIC,type=RSA,size=2048',
      'kind=REFERENCE,type=PASSWORD,unknown=1',
      'kind=REFERENCE',
    ]
    const first = texts.map((text) => read('one_public', text))
    t.strictSame(
      texts.map((text) => read('one_public', text)),
      first,
    )
    const [pair, unknown, incomplete] = texts.map((text) => read('two_private', text))
    t.match(pair, { declaration: { name: 'two_private', type: 'RSA', size: 2048 } })
    t.match(unknown?.diagnostics, [{ annotation: 'secret.example.com/two_private', severity: 'warning' }])
    t.match(incomplete?.diagnostics, [{ annotation: 'secret.example.com/two_private', severity: 'error' }])
    t.match(read('three', texts[0] ?? '').diagnostics, [{ code: 'BAD_NAME' }], 'the name is judged each time')
    const resource = parseDeclaration('resource', 'resource.example.com/a', 'a', texts[0] ?? '')
    t.not(resource.declaration?.what, 'secret', 'the same text on a resource is another declaration')
  },
)

import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { declaration, storagePrefix } from './arbitrary-declaration.ts'
import type { DynamicSecret } from './declaration.ts'
import type { GeneratedType } from './secret-type.ts'
import { groupOf, type PartRole, roleOf, validateGroupName } from './group.ts'

const roles: readonly (readonly [title: string, type: GeneratedType, name: string, role: PartRole])[] = [
  ['an RSA name in _public', 'RSA', 'signingKey.v1_public', 'public'],
  ['an RSA name in _private', 'RSA', 'signingKey.v1_private', 'private'],
  ['an RSA name in _consumer', 'RSA', 'key_consumer', 'value'],
  ['a RANDOM name in _consumer', 'RANDOM', 'token_consumer', 'consumer'],
  ['a RANDOM name in _provider', 'RANDOM', 'token_provider', 'provider'],
  ['a RANDOM name in _public', 'RANDOM', 'token_public', 'value'],
  ['a PASSWORD name in _private', 'PASSWORD', 'db_private', 'value'],
  ['a PASSWORD name in _consumer', 'PASSWORD', 'db_consumer', 'value'],
  ['a suffix in another case', 'RSA', 'key_Public', 'value'],
  ['a suffix without its underscore', 'RSA', 'keypublic', 'value'],
  ['a suffix in the middle', 'RSA', 'key_public.v1', 'value'],
]

for (const [title, type, name, role] of roles) t.equal(roleOf(type, name), role, `${role}: ${title}`)

const named: readonly (readonly [title: string, type: GeneratedType, name: string, key?: string])[] = [
  ['RSA names end in _public', 'RSA', 'key_public'],
  ['RSA names end in _private', 'RSA', 'key_private'],
  ["a storageKey of a part ends in the part's suffix", 'RSA', 'key_public', 'team/signing_public'],
  ['GPG names end in _public', 'GPG', 'key_public'],
  ['GPG names end in _private', 'GPG', 'key_private'],
  ['RANDOM names need no suffix', 'RANDOM', 'token'],
  ['RANDOM names may end in _consumer', 'RANDOM', 'token_consumer', 'shared_consumer'],
  ['RANDOM names may end in _provider', 'RANDOM', 'token_provider', 'shared_provider'],
  ['a RANDOM name without suffix may be stored as a part', 'RANDOM', 'token', 'shared_consumer'],
  ['the suffixes of others mean nothing to RANDOM', 'RANDOM', 'token_public', 'token'],
  ['no suffix means anything to PASSWORD', 'PASSWORD', 'db_consumer', '_public'],
]

for (const [title, type, name, key] of named)
  t.equal(validateGroupName(type, name, key ?? name), undefined, title)

const noPair = 'kind DYNAMIC and type RSA make a key pair: the name must end in _public or _private'

const refused: readonly (readonly [
  title: string,
  type: GeneratedType,
  name: string,
  key: string,
  message: string,
])[] = [
  ['an RSA name without suffix', 'RSA', 'key', 'key', noPair],
  ['an RSA name without suffix, stored with one', 'RSA', 'key', 'key_public', noPair],
  ['an RSA name with a suffix of RANDOM', 'RSA', 'key_consumer', 'key_consumer', noPair],
  [
    'an RSA part stored without suffix',
    'RSA',
    'key_public',
    'key',
    'the name ends in _public, so the storageKey must end in _public too',
  ],
  [
    'an RSA part stored as the other part',
    'RSA',
    'key_public',
    'key_private',
    'the name ends in _public, so the storageKey must end in _public too',
  ],
  [
    'a GPG part stored as the other part',
    'GPG',
    'key_private',
    'key_public',
    'the name ends in _private, so the storageKey must end in _private too',
  ],
  [
    'a RANDOM part stored as the other part',
    'RANDOM',
    'token_provider',
    'token_consumer',
    'the name ends in _provider, so the storageKey must end in _provider too',
  ],
  [
    'a suffix alone',
    'RSA',
    'key_public',
    '_public',
    "nothing precedes _public in the parameter name's last segment",
  ],
  [
    'a suffix alone after a slash',
    'RANDOM',
    'token',
    'team/_consumer',
    "nothing precedes _consumer in the parameter name's last segment",
  ],
]

for (const [title, type, name, key, message] of refused) {
  t.strictSame(validateGroupName(type, name, key), { message }, `refused: ${title}`)
}

const secret = (type: GeneratedType, name: string): DynamicSecret => ({
  what: 'secret',
  kind: 'DYNAMIC',
  type,
  size: 2048,
  name,
})

const keyPair = [
  { role: 'private', parameter: '/prod/key_private' },
  { role: 'public', parameter: '/prod/key_public' },
]
const shared = [
  { role: 'consumer', parameter: '/prod/token_consumer' },
  { role: 'provider', parameter: '/prod/token_provider' },
]

const groups: readonly (readonly [
  title: string,
  type: GeneratedType,
  name: string,
  parameter: string,
  parts: object,
])[] = [
  ['the public part means both, private first', 'RSA', 'a_public', '/prod/key_public', keyPair],
  ['the private part means both, private first', 'RSA', 'a_private', '/prod/key_private', keyPair],
  ['the consumer means both, consumer first', 'RANDOM', 'a_consumer', '/prod/token_consumer', shared],
  ['the provider means both, consumer first', 'RANDOM', 'a_provider', '/prod/token_provider', shared],
  ['the parameter name names the group, not the name', 'RANDOM', 'a', '/prod/token_provider', shared],
  [
    'what stands alone is its own group',
    'PASSWORD',
    'db_private',
    '/db_private',
    [{ role: 'value', parameter: '/db_private' }],
  ],
  [
    'only the last suffix is cut',
    'RSA',
    'a_private_public',
    '/a_private_public',
    [
      { role: 'private', parameter: '/a_private_private' },
      { role: 'public', parameter: '/a_private_public' },
    ],
  ],
]

for (const [title, type, name, parameter, parts] of groups) {
  t.strictSame(groupOf(secret(type, name), parameter), { type, size: 2048, parts }, title)
}

t.strictSame(
  groupOf({ ...secret('GPG', 'a_public'), userId: 'A' }, '/prod/key_public'),
  { type: 'GPG', size: 2048, userId: 'A', parts: keyPair },
  'a GPG key has its user ID',
)

await t.test('every part of a group means the same group', async () => {
  fc.assert(
    fc.property(declaration, storagePrefix, (one, prefix) => {
      if (one.what !== 'secret' || one.kind !== 'DYNAMIC') return
      const group = groupOf(one, `${prefix}/${one.storageKey ?? one.name}`)
      for (const { parameter } of group.parts) deepStrictEqual(groupOf(one, parameter), group)
    }),
  )
})

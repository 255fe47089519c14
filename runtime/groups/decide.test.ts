import t from 'tap'
import type { Group } from '../../api/declaration/group.ts'
import { decide } from './decide.ts'

const rsa: Group = {
  type: 'RSA',
  size: 2048,
  parts: [
    { role: 'private', parameter: '/key_private' },
    { role: 'public', parameter: '/key_public' },
  ],
}
const random: Group = {
  type: 'RANDOM',
  size: 128,
  parts: [
    { role: 'consumer', parameter: '/token_consumer' },
    { role: 'provider', parameter: '/token_provider' },
  ],
}
const password: Group = { type: 'PASSWORD', size: 128, parts: [{ role: 'value', parameter: '/db.password' }] }

type Case = readonly [title: string, group: Group, existing: readonly string[], decided: string]

const cases: readonly Case[] = [
  ['a key pair that is not there', rsa, [], 'create /key_private /key_public: does not exist'],
  ['a key pair', rsa, ['/key_private', '/key_public'], 'nothing: exists'],
  [
    'a private key alone',
    rsa,
    ['/key_private'],
    'create /key_public: has /key_private but lacks /key_public',
  ],
  [
    'a public key alone',
    rsa,
    ['/key_public'],
    'report IncompleteGroup: has /key_public but lacks /key_private, which cannot be derived: restore it, or delete the rest of the group',
  ],
  ['a token that is not there', random, [], 'create /token_consumer /token_provider: does not exist'],
  [
    'a consumer alone',
    random,
    ['/token_consumer'],
    'create /token_provider: has /token_consumer but lacks /token_provider',
  ],
  [
    'a provider alone',
    random,
    ['/token_provider'],
    'report IncompleteGroup: has /token_provider but lacks /token_consumer, which cannot be derived: restore it, or delete the rest of the group',
  ],
  ['a password that is not there', password, [], 'create /db.password: does not exist'],
  ['a password', password, ['/db.password'], 'nothing: exists'],
  ['others that exist', password, ['/key_private', '/key_public'], 'create /db.password: does not exist'],
]

for (const [title, group, existing, decided] of cases) {
  const decision = decide(group, new Set(existing))
  const what =
    decision.action === 'create'
      ? decision.parts.map(({ parameter }) => ` ${parameter}`).join('')
      : decision.action === 'report'
        ? ` ${decision.code}`
        : ''
  t.equal(`${decision.action}${what}: ${decision.reason}`, decided, title)
}

import t from 'tap'
import { parseDeclaration } from './parse-declaration.ts'
import { localSourceOf } from './local-source.ts'

const sourceOf = (what: 'secret' | 'resource', name: string, text: string) => {
  const { declaration, diagnostics } = parseDeclaration(what, `${what}.bsycorp.com/${name}`, name, text)
  if (!declaration || declaration.what === 'compose') throw new Error(diagnostics[0]?.message)
  return localSourceOf(declaration)
}
const reference = 'kind=REFERENCE,type=PASSWORD'
const seed = (text: string, type: string, size: number, role = 'value', more = {}) => ({
  from: 'seed',
  seed: text,
  recipe: { type, size, ...more },
  role,
})

const cases: readonly (readonly [
  title: string,
  what: 'secret' | 'resource',
  name: string,
  text: string,
  source: unknown,
])[] = [
  [
    'the name',
    'secret',
    'db.password',
    'kind=DYNAMIC,type=PASSWORD,size=256',
    seed('db.password', 'PASSWORD', 256),
  ],
  [
    'without its last ending',
    'secret',
    'a_b_user',
    'kind=DYNAMIC,type=RANDOM,size=8',
    seed('a_b', 'RANDOM', 8),
  ],
  [
    'an ending with other characters stays',
    'secret',
    'a_v2',
    'kind=DYNAMIC,type=RANDOM,size=8',
    seed('a_v2', 'RANDOM', 8),
  ],
  [
    'the whole storageKey',
    'secret',
    'a_public',
    'kind=DYNAMIC,type=RSA,size=3072,storageKey=x/y_public',
    seed('x/y', 'RSA', 3072, 'public'),
  ],
  [
    'a GPG key, with its user ID',
    'secret',
    'a_private',
    'kind=DYNAMIC,type=GPG,size=2048,userId=A',
    seed('a', 'GPG', 2048, 'private', { userId: 'A' }),
  ],
  [
    'a REFERENCE, whatever its size',
    'secret',
    'a',
    `${reference},size=8,version=3`,
    seed('a', 'PASSWORD', 128),
  ],
  [
    'a REFERENCE that is a key',
    'secret',
    'a_public',
    'kind=REFERENCE,type=RSA,size=4096',
    seed('a', 'RSA', 2048, 'public'),
  ],
  [
    'a key without an ending is a private one',
    'secret',
    'a',
    'kind=REFERENCE,type=RSA',
    seed('a', 'RSA', 2048),
  ],
  [
    'a secret of Secrets Manager',
    'secret',
    'a',
    `${reference},from=secretsmanager,storageKey=rds!db_x`,
    seed('rds!db', 'PASSWORD', 128),
  ],
  ['an optional REFERENCE', 'secret', 'a', `${reference},optional=true`, { from: 'absence' }],
  ['a text', 'secret', 'a', 'kind=REFERENCE,type=TEXT', { from: 'nothing' }],
  ['a resource', 'resource', 'a', '', { from: 'nothing' }],
  ['a resource with a default', 'resource', 'a', 'default=1', { from: 'absence' }],
  ['an optional resource', 'resource', 'a', 'optional=true', { from: 'absence' }],
  ['a value of its own', 'resource', 'a', 'default=1,localValue="2,3"', { from: 'text', text: '2,3' }],
  [
    'of an optional one too',
    'secret',
    'a',
    `${reference},optional=true,localValue=`,
    { from: 'text', text: '' },
  ],
  [
    'base64 of a password',
    'secret',
    'a',
    `${reference},localModeValue=YQ==`,
    { from: 'base64', text: 'YQ==' },
  ],
  ['base64 of a resource', 'resource', 'a', 'localModeValue=YQ==', { from: 'base64', text: 'YQ==' }],
  [
    'of a value that is base64 itself',
    'secret',
    'a',
    'kind=REFERENCE,type=RANDOM,localModeValue=YQ==',
    { from: 'text', text: 'YQ==' },
  ],
]
for (const [title, what, name, text, source] of cases) t.strictSame(sourceOf(what, name, text), source, title)

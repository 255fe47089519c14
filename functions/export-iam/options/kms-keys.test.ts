import t from 'tap'
import { linesOf } from '../../../api/diagnostic.ts'
import { checkKmsKeys, foreignKeys, kmsKeyOf, kmsKeysOption, secretKeyOf } from './kms-keys.ts'

const arn = (digit: number) =>
  `arn:aws:kms:eu-west-1:111122223333:key/${`${digit}`.repeat(8)}-2222-3333-4444-555555555555`
const { value: keys = [] } = kmsKeysOption.parse([
  { prefix: '/', arn: arn(1) },
  { prefix: 'prod/', arn: arn(2) },
  { prefix: '/prod/db', arn: arn(3) },
])
t.strictSame(
  keys,
  [
    { prefix: '/prod/db', arn: arn(3) },
    { prefix: '/prod', arn: arn(2) },
    { prefix: '/', arn: arn(1) },
  ],
  'prefixes are as in annotations, the longest first',
)
const names = [
  ['/prod/db/password', 3],
  ['/prod/db', 3],
  ['/prod/dbs', 2],
  ['/prod', 2],
  ['/production', 1],
] as const
for (const [name, digit] of names) t.equal(kmsKeyOf(name, keys)?.arn, arn(digit), `${name} has key ${digit}`)
t.equal(kmsKeyOf('/x', keys.slice(0, 2)), undefined, 'a name below no prefix has no key of its own')

const { value: ofSecrets = [] } = kmsKeysOption.parse([
  { secret: 'rds!db', arn: arn(2) },
  { secret: '/prod/a', arn: arn(1) },
  { prefix: '/prod', arn: arn(3) },
])
t.strictSame(
  ofSecrets,
  [
    { prefix: '/prod', arn: arn(3) },
    { secret: '/prod/a', arn: arn(1) },
    { secret: 'rds!db', arn: arn(2) },
  ],
  'secrets come after the prefixes, sorted',
)
t.equal(secretKeyOf('rds!db', ofSecrets)?.arn, arn(2), 'a secret has the key of its whole name')
t.equal(secretKeyOf('rds!db2', ofSecrets), undefined)
t.equal(kmsKeyOf('/prod/a', ofSecrets)?.arn, arn(3), 'a parameter with the name of a secret is another')

const mrk = 'arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef'
t.equal(kmsKeysOption.parse([{ prefix: '/a', arn: mrk }]).value?.[0]?.arn, mrk, 'a multi-region key is one')

const wrong = [
  ['/prod', 'must be a list of maps with arn and either prefix or secret'],
  [['/prod'], '[0] must be a map with arn and either prefix or secret'],
  [
    [
      { prefix: '/a', arn: arn(1) },
      { prefix: 'a/', arn: arn(2) },
    ],
    '[1].prefix "/a" is declared twice',
  ],
  [[{ prefix: '/a*', arn: arn(1) }], '[0].prefix "/a*" is not a hierarchy'],
  [[{ prefix: '/${x}', arn: arn(1) }], '[0].prefix "/${x}" is not a hierarchy'],
  [[{ prefix: '/a', arn: 'arn:aws:kms:eu-west-1:111122223333:alias/a' }], 'must be the ARN of a key'],
  [[{ prefix: '/a', arn: 'arn:aws:kms:*:111122223333:key/*' }], 'must be the ARN of a key'],
  [[{ prefix: '/a', arn: `${arn(1)}\n` }], 'must be the ARN of a key'],
  [[{ prefix: '/a', arn: arn(1), alias: 'x' }], '[0].alias is not known: known are prefix, secret, arn'],
  [
    [
      { secret: 'a', arn: arn(1) },
      { secret: 'a', arn: arn(2) },
    ],
    '[1].secret "a" is declared twice',
  ],
  [[{ secret: 'a', prefix: '/a', arn: arn(1) }], '[0] must not have both prefix and secret'],
  [[{ secret: 'a*', arn: arn(1) }], '[0].secret "a*" must be the name of a secret'],
  [
    [{}, { prefix: 1, arn: 2 }],
    '[0].arn is missing; [0] must have prefix or secret; [1].prefix must be a string, hint: put it in quotes; [1].arn must be a string',
  ],
] as const
for (const [value, message] of wrong) {
  const { diagnostics = [] } = kmsKeysOption.parse(JSON.parse(JSON.stringify(value)))
  t.match(diagnostics.map((one) => linesOf(one).join(', ')).join('; '), message, message)
}
t.throws(() => checkKmsKeys([{ prefix: '/a', arn: '*' }]), 'what is not checked never becomes a policy')
t.throws(() => checkKmsKeys([{ prefix: '/${x}', arn: arn(1) }]), 'nor a prefix')

const keysOf = (...parameters: readonly string[]) => parameters.map((name) => kmsKeyOf(name, keys))
const target = { partition: 'aws', region: 'eu-west-1' }
t.strictSame(foreignKeys(keysOf('/prod/db/password', '/x'), target), [], 'keys of the same region')
t.strictSame(
  foreignKeys(keysOf('/x'), { ...target, region: 'us-east-1' }),
  [arn(1)],
  'the key of another region',
)
t.strictSame(
  foreignKeys(keysOf('/x'), { ...target, partition: 'aws-cn' }),
  [arn(1)],
  'the key of another partition',
)
t.strictSame(
  foreignKeys(keysOf(), { ...target, region: 'us-east-1' }),
  [],
  'a key that encrypts nothing here',
)
t.strictSame(
  foreignKeys(keysOf('/x'), { partition: '', region: '' }),
  [],
  'where nothing is known of the place',
)

import { match } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../api/test-effort.ts'
import { policyDocument, policySize } from './policy.ts'

const of = (...parameters: readonly string[]) => ({ parameters, secrets: [] })
const target = { partition: 'aws', region: 'eu-west-1', account: '111122223333' }

t.strictSame(
  policyDocument(of('/db.password', '/prod/app/key'), target),
  {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'GetDeclaredParameters',
        Effect: 'Allow',
        Action: 'ssm:GetParameters',
        Resource: [
          'arn:aws:ssm:eu-west-1:111122223333:parameter/db.password',
          'arn:aws:ssm:eu-west-1:111122223333:parameter/prod/app/key',
        ],
      },
    ],
  },
  'a document allows one action on the exact parameters',
)

const key = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
const kmsKeys = [{ prefix: '/prod', arn: key }]
t.strictSame(
  policyDocument(of('/db.password', '/prod/app/key'), target, kmsKeys).Statement[1],
  {
    Sid: 'DecryptParameters1',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: key,
    Condition: {
      StringEquals: {
        'kms:EncryptionContext:PARAMETER_ARN': ['arn:aws:ssm:eu-west-1:111122223333:parameter/prod/app/key'],
        'kms:ViaService': 'ssm.eu-west-1.amazonaws.com',
      },
    },
  },
  'with a key of their own, the decryption of exactly these parameters by SSM',
)
t.equal(policyDocument(of('/a'), target, kmsKeys).Statement.length, 1, 'other names are not decrypted')

t.strictSame(
  policyDocument({ parameters: [], secrets: ['rds!db', 'team/token'] }, target, [
    ...kmsKeys,
    { secret: 'rds!db', arn: key },
  ]).Statement,
  [
    {
      Sid: 'GetDeclaredSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: [
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-??????',
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/token-??????',
      ],
    },
    {
      Sid: 'DecryptSecrets1',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: key,
      Condition: {
        StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' },
        StringLike: {
          'kms:EncryptionContext:SecretARN': [
            'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-??????',
          ],
        },
      },
    },
  ],
  'secrets have statements of their own',
)
for (const name of ['', '*', 'db*', 'db?', 'a:b', '${aws:username}', 'a b', 'x'.repeat(513)]) {
  t.throws(
    () => policyDocument({ parameters: [], secrets: [name] }, target),
    `secret ${JSON.stringify(name)} never becomes an ARN`,
  )
}

const frame =
  '{"Version":"2012-10-17","Statement":[{"Sid":"GetDeclaredParameters","Effect":"Allow","Action":"ssm:GetParameters","Resource":[]}]}'
const resource = '"arn:aws-us-gov:ssm:us-isof-south-1:111122223333:parameter/a"'
t.equal(policySize(of('/a')), frame.length + resource.length, 'the size counts no white space')
t.equal(policySize(of('/a', '/b')), frame.length + 2 * resource.length + 1, 'the size counts commas')
const places = [
  ['aws', 'ap-southeast-1'],
  ['aws-cn', 'cn-northwest-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-e', 'eu-isoe-west-1'],
  ['aws-iso-f', 'us-isof-south-1'],
  ['aws-eusc', 'eusc-de-east-1'],
] as const
for (const [partition, region] of places) {
  const size = JSON.stringify(policyDocument(of('/a', '/b/c'), { ...target, partition, region })).length
  t.ok(size <= policySize(of('/a', '/b/c')), `in ${region} a document is no larger than was counted`)
  const keys = [{ prefix: '/b', arn: key }]
  const encrypted = JSON.stringify(
    policyDocument(of('/a', '/b/c'), { ...target, partition, region }, keys),
  ).length
  const both = { parameters: ['/b/c'], secrets: ['a', 'b'] }
  const ofBoth = [...keys, { secret: 'a', arn: key }]
  const withSecrets = JSON.stringify(policyDocument(both, { ...target, partition, region }, ofBoth)).length
  t.ok(withSecrets <= policySize(both, ofBoth), `in ${region} nor is one with secrets`)
  t.ok(encrypted <= policySize(of('/a', '/b/c'), keys), `in ${region} nor is one with a key`)
}

const hostile = [
  '*',
  '/*',
  '/a/*',
  '/a?',
  '/${aws:username}',
  'a',
  '',
  '/',
  '/a//b',
  '/../b',
  '/a"',
  '/a\n',
  '/awsx',
]
for (const name of hostile) {
  t.throws(() => policyDocument(of(name), target), `${JSON.stringify(name)} never becomes an ARN`)
}

await t.test('no text makes a wildcard or a policy variable in a resource', async () => {
  const near = fc.stringMatching(/^\/[a-z${}*?/.]{1,4}$/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (name) => {
      for (const arn of resourcesOf(name)) {
        match(arn, /^arn:aws:ssm:eu-west-1:111122223333:parameter\/[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/)
      }
    }),
    runs(1000),
  )
})

function resourcesOf(name: string): readonly string[] {
  try {
    return policyDocument(of(name), target).Statement.flatMap(({ Resource }) => Resource)
  } catch {
    return []
  }
}

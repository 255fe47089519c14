/** The six "?" of a secret's ARN, in the eyes of an evaluator of IAM: they match that secret and no other. */
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { countNames } from '../../functions/export-iam/grants/granted-names.ts'
import type { KmsKeys } from '../../functions/export-iam/options/kms-keys.ts'
import { policyDocument } from '../../functions/export-iam/grants/policy.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { terraform } from '../programs/tools.ts'
import { evaluatePolicies, type AwsTarget } from './evaluate-policies.ts'
import { complaintsOf, type IamRequest, isAllowed } from './iam-judge.ts'

const place = { partition: 'aws', region: 'eu-west-1', account: '111122223333' }
const key = (digit: number) =>
  `arn:aws:kms:eu-west-1:111122223333:key/${`${digit}`.repeat(8)}-2222-3333-4444-555555555555`
const kmsKeys: KmsKeys = [
  { prefix: '/prod', arn: key(1) },
  { secret: 'rds!db', arn: key(2) },
]
const names = {
  parameters: ['/a', '/prod/b'],
  secrets: ['db', 'rds!db', 'team/x@y+z=w', 'looks-abcdef'],
}

/** @param rest what follows `secret:`. */
const secretArn = (rest: string, { partition, region, account }: AwsTarget = place) =>
  `arn:${partition}:secretsmanager:${region}:${account}:secret:${rest}`
const get = (rest: string, where?: AwsTarget): IamRequest => ({
  action: 'secretsmanager:GetSecretValue',
  resource: secretArn(rest, where),
})
const decrypt = (rest: string, arn: string, service = 'secretsmanager'): IamRequest => ({
  action: 'kms:Decrypt',
  resource: arn,
  context: {
    'kms:EncryptionContext:SecretARN': secretArn(rest),
    'kms:ViaService': `${service}.eu-west-1.amazonaws.com`,
  },
})

const allowed: readonly IamRequest[] = [
  get('db-abcdef'),
  get('db-A1b2C3'),
  get('rds!db-abcdef'),
  get('team/x@y+z=w-abcdef'),
  get('looks-abcdef-uvwxyz'),
  { action: 'ssm:GetParameters', resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/a' },
  decrypt('rds!db-abcdef', key(2)),
]
const denied: readonly IamRequest[] = [
  // A secret that does not exist has no suffix.
  get('db'),
  get('db-'),
  get('db-abc'),
  get('db-abcde'),
  get('db-abcdefg'),
  get('db-other-abcdef'),
  get('db2-abcdef'),
  get('dbabcdefg'),
  get('db/abcdef'),
  get('DB-abcdef'),
  get('xdb-abcdef'),
  get('team/db-abcdef'),
  get('db-abcdef/x'),
  get('looks-abcdef'),
  get('looks-uvwxyz'),
  get('*'),
  get('db-*'),
  get('prod/b-abcdef'),
  get('db-abcdef', { ...place, account: '444455556666' }),
  get('db-abcdef', { ...place, region: 'us-east-1' }),
  get('db-abcdef', { ...place, partition: 'aws-cn' }),
  ...'DescribeSecret PutSecretValue ListSecretVersionIds DeleteSecret UpdateSecret GetResourcePolicy'
    .split(' ')
    .map((one) => ({ ...get('db-abcdef'), action: `secretsmanager:${one}` })),
  { action: 'secretsmanager:ListSecrets', resource: '*' },
  { action: 'ssm:GetParameters', resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/db-abcdef' },
  decrypt('rds!db-abcdef', key(1)),
  decrypt('rds!db-abcdefg', key(2)),
  decrypt('rds!db', key(2)),
  decrypt('rds!db-other-abcdef', key(2)),
  decrypt('db-abcdef', key(2)),
  decrypt('rds!db-abcdef', key(2), 'ssm'),
  { action: 'kms:Decrypt', resource: key(2) },
  { ...decrypt('rds!db-abcdef', key(2)), action: 'kms:GenerateDataKey' },
]

async function judge(documents: readonly unknown[], title: string): Promise<void> {
  for (const request of allowed)
    t.equal(await isAllowed(documents, request), true, `${title}: allowed: ${JSON.stringify(request)}`)
  for (const request of denied)
    t.equal(await isAllowed(documents, request), false, `${title}: denied: ${JSON.stringify(request)}`)
}

await judge([policyDocument(names, place, kmsKeys)], 'format json')
t.strictSame(
  await complaintsOf(
    [policyDocument(names, place, kmsKeys)],
    allowed.filter(({ action }) => action.startsWith('kms:')),
  ),
  [],
  'the document is well-formed',
)

await t.test(
  'so are the documents that terraform makes',
  { skip: terraform().missing ?? false },
  async (t) => {
    const grants = [grantOf('app', { name: 'app' }, names.parameters, kmsKeys, names.secrets)]
    const policies = renderModule(grants, kmsKeys).get('policies.tf') ?? ''
    const [documents] = await evaluatePolicies(t.testdir({}), [{ policies, place }])
    await judge(documents?.get('app') ?? [], 'terraform')
  },
)

await t.test('of any two secrets, each pattern matches the one that it is made of', async (t) => {
  const part = fc.constantFrom('a', 'b', '-', 'abcdef', '-abcdef', '-ABC123', '/', '!', '@', '+', '=', '.')
  const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
  const suffix = fc.stringMatching(/^[A-Za-z0-9]{6}$/)
  await fc.assert(
    fc.asyncProperty(name, name, suffix, async (one, other, random) => {
      const documents = [policyDocument({ parameters: [], secrets: [one] }, place)]
      const verdict = await isAllowed(documents, get(`${other}-${random}`))
      return verdict === (one === other) && (await isAllowed(documents, get(`${one}-${random}`)))
    }),
    runs(200),
  )
  t.pass('for each pair')
})

t.ok(
  grantOf(
    'app',
    { name: 'app' },
    [],
    kmsKeys,
    Array.from({ length: 300 }, (_, index) => `secret-${index}`),
  ).parts.every((part) => countNames(part) > 0),
  'secrets are split as parameters are',
)

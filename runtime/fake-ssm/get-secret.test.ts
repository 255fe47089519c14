/** How strict the Secrets Manager for tests is. */
import t from 'tap'
import { makeFakeSsm } from './fake-ssm.ts'

const fake = makeFakeSsm()
const id = fake.secrets.put('db', 'fakepassword')
const answer = (input: object, action = 'GetSecretValue') => fake.answer({ action, input })

const refused: readonly (readonly [title: string, input: object])[] = [
  ['no name', {}],
  ['an empty name', { SecretId: '' }],
  [
    'a name with a colon, such as an ARN',
    { SecretId: 'arn:aws:secretsmanager:eu-west-1:1:secret:db-abcdef' },
  ],
  ['a name with a wildcard', { SecretId: 'db*' }],
  ['a name with a blank', { SecretId: 'd b' }],
  ['a name of 513 characters', { SecretId: 'k'.repeat(513) }],
  ['a version that is no ID', { SecretId: 'db', VersionId: '1' }],
  ['an empty label', { SecretId: 'db', VersionStage: '' }],
  ['a label of 257 characters', { SecretId: 'db', VersionStage: 'k'.repeat(257) }],
  ['a member that is unknown', { SecretId: 'db', WithDecryption: true }],
]
for (const [title, input] of refused) {
  t.match(answer(input), { error: { type: 'ValidationException' } }, `refused: ${title}`)
}

t.match(answer({ SecretId: 'k'.repeat(512) }), { error: { type: 'ResourceNotFoundException' } })
t.match(
  answer({ SecretId: 'db', VersionId: id, VersionStage: 'AWSPREVIOUS' }),
  { error: { type: 'ResourceNotFoundException' } },
  'a version without that label',
)
t.match(answer({ SecretId: 'db', VersionId: id, VersionStage: 'AWSCURRENT' }), {
  output: { SecretString: 'fakepassword' },
})
t.strictSame(
  Object.keys(answer({ SecretId: 'db' }, 'DescribeSecret')),
  ['output'],
  'a description has no value',
)
t.notMatch(JSON.stringify(answer({ SecretId: 'db' }, 'DescribeSecret')), 'fakepassword')

t.test('the ARN of a secret ends in six characters, others for a secret that is created again', async (t) => {
  const first = fake.secrets.arnOf('db')
  t.match(first, /^arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-[A-Za-z0-9]{6}$/)
  t.equal(fake.secrets.arnOf('none'), 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:none')
  fake.secrets.put('db', 'another')
  t.equal(fake.secrets.arnOf('db'), first)
  fake.secrets.remove('db')
  fake.secrets.put('db', 'again')
  t.not(fake.secrets.arnOf('db'), first)
})

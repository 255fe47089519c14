/** The judge of our policies judges as AWS documents it, on policies of which the answer is known. */
import t from 'tap'
import { complaintsOf, type IamRequest, isAllowed } from './iam-judge.ts'

const parameter = (name: string) => `arn:aws:ssm:eu-west-1:111122223333:parameter/${name}`
const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const viaSsm = { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com' }

const documents = [
  {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: [parameter('a'), parameter('team/*')] },
      { Effect: 'Allow', Action: 'ssm:PutParameter', Resource: parameter('team/*') },
      {
        Effect: 'Deny',
        Action: 'ssm:PutParameter',
        Resource: '*',
        Condition: { StringEquals: { 'ssm:Overwrite': 'true' } },
      },
    ],
  },
  {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: key,
        Condition: { StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': parameter('a'), ...viaSsm } },
      },
    ],
  },
]

const decrypt = (name: string, more: IamRequest['context'] = viaSsm): IamRequest => ({
  action: 'kms:Decrypt',
  resource: key,
  context: { 'kms:EncryptionContext:PARAMETER_ARN': parameter(name), ...more },
})
const put = (overwrite: string): IamRequest => ({
  action: 'ssm:PutParameter',
  resource: parameter('team/x'),
  context: { 'ssm:Overwrite': overwrite },
})

const allowed: readonly IamRequest[] = [
  { action: 'ssm:GetParameters', resource: parameter('a') },
  { action: 'ssm:GetParameters', resource: parameter('team/x/y') },
  { action: 'SSM:getparameters', resource: parameter('a') },
  decrypt('a'),
  put('false'),
]
const denied: readonly IamRequest[] = [
  { action: 'ssm:GetParameters', resource: parameter('A') },
  { action: 'ssm:GetParameters', resource: parameter('*') },
  { action: 'ssm:GetParameters', resource: parameter('team') },
  { action: 'ssm:GetParameters', resource: parameter('a').replace('eu-', 'us-') },
  { action: 'ssm:GetParameters', resource: parameter('a').replace('111122223333', '444455556666') },
  { action: 'ssm:GetParametersByPath', resource: parameter('a') },
  { action: 'ssm:DescribeParameters', resource: '*' },
  decrypt('b'),
  decrypt('a', {}),
  decrypt('a', { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' }),
  { ...decrypt('a'), action: 'kms:Encrypt' },
  { ...decrypt('a'), resource: key.replace('1234abcd', '00000000') },
  { action: 'kms:Decrypt', resource: key },
  put('true'),
]
for (const request of allowed) t.equal(await isAllowed(documents, request), true, JSON.stringify(request))
for (const request of denied) t.equal(await isAllowed(documents, request), false, JSON.stringify(request))
t.strictSame(await complaintsOf(documents, [...allowed, ...denied]), [], 'all of these are well-formed')

const malformed: readonly IamRequest[] = [
  { action: 'ssm:GetParameterz', resource: parameter('a') },
  { action: 'ssm:GetParameters', resource: 'arn:aws:s3:::bucket' },
  { action: 'ssm:GetParameters', resource: parameter('a'), context: { 'ssm:Nonsense': 'x' } },
]
for (const request of malformed) {
  t.match(await complaintsOf(documents, [request]), [/^ssm:/], `misspelt: ${JSON.stringify(request)}`)
}
const misspelt = [{ Version: '2012-10-17', Statement: [{ Effect: 'Alow', Action: 'ssm:*', Resource: '*' }] }]
t.match(await complaintsOf(misspelt, allowed.slice(0, 1)), [/Effect/], 'a misspelt policy')

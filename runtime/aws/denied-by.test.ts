import t from 'tap'
import { denialOf } from './denied-by.ts'

const user =
  'User: arn:aws:sts::111122223333:assumed-role/app/kees is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/a'
const ofKms = user.replace('ssm:GetParameters', 'kms:Decrypt')

const cases: readonly (readonly [words: string, deniedBy: string, hint: RegExp | undefined])[] = [
  [`${user} because no identity-based policy allows the ssm:GetParameters action`, 'IAM', undefined],
  [`${user} with an explicit deny in an identity-based policy`, 'IAM', /denies the action explicitly/],
  [`${user} with an explicit deny in a service control policy`, 'SCP', /organization/],
  [`${user} because no service control policy allows the ssm:GetParameters action`, 'SCP', /organization/],
  [`${user} with an explicit deny in a resource control policy`, 'RCP', /organization/],
  [`${user} because no permissions boundary allows the action`, 'BOUNDARY', /boundary of the role/],
  [`${user} with an explicit deny in a permissions boundary`, 'BOUNDARY', /boundary of the role/],
  [`${user} because no session policy allows the action`, 'SESSION_POLICY', /Pod Identity/],
  [`${user} because no VPC endpoint policy allows the action`, 'ENDPOINT_POLICY', /VPC endpoint/],
  ['not authorized', 'IAM', undefined],
  [`${ofKms} because no identity-based policy allows the kms:Decrypt action`, 'KMS', undefined],
  [`${ofKms} with an explicit deny in a service control policy`, 'KMS', /organization/],
]
for (const [words, deniedBy, hint] of cases) {
  t.match(denialOf(words), { deniedBy, ...(hint ? { hint } : {}) }, words.slice(-60))
  if (!hint) t.notOk('hint' in denialOf(words))
}

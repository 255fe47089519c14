import t from 'tap'
import { validateKmsKeyArn } from './kms-key-arn.ts'

const id = '1234abcd-12ab-34cd-56ef-1234567890ab'

for (const arn of [
  `arn:aws:kms:eu-west-1:111122223333:key/${id}`,
  `arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/${id}`,
  'arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef',
])
  t.equal(validateKmsKeyArn(arn), undefined, `${arn} is the ARN of a key`)

for (const text of [
  '',
  id,
  'alias/mine',
  'arn:aws:kms:eu-west-1:111122223333:alias/mine',
  'arn:aws:kms:eu-west-1:111122223333:key/*',
  'arn:aws:kms:*:111122223333:key/mrk-0123456789abcdef0123456789abcdef',
  `arn:aws:kms:eu-west-1:111122223333:key/${id}\n`,
  `arn:aws:ssm:eu-west-1:111122223333:key/${id}`,
])
  t.match(
    validateKmsKeyArn(text)?.message,
    /^must be the ARN of a key, arn:/,
    `${JSON.stringify(text)} is not`,
  )

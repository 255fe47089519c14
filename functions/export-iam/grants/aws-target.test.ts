import t from 'tap'
import { nameInConfig } from '../../krm/options/options.ts'
import { grantOf } from './grant.ts'
import { parseIamRole } from '../options/iam-role.ts'
import { awsTargetOf } from './aws-target.ts'

const none = { region: '', partition: '', account: '', nameOption: nameInConfig }
const arn = 'arn:aws-cn:iam::111122223333:role/app'
const grants = [grantOf('bare', { name: 'bare' }, ['/a']), grantOf(arn, parseIamRole(arn).value, ['/a'])]

t.strictSame(
  awsTargetOf({ ...none, region: 'cn-north-1' }, grants),
  { value: { region: 'cn-north-1', partition: 'aws-cn', account: '111122223333' } },
  'account and partition are those of the roles',
)
t.strictSame(
  awsTargetOf({ ...none, region: 'eu-west-1', account: '444455556666' }, []),
  { value: { region: 'eu-west-1', partition: 'aws', account: '444455556666' } },
  'or what the options say',
)
t.strictSame(
  awsTargetOf({ ...none, region: 'us-gov-west-1', account: '444455556666' }, []).value?.partition,
  'aws-us-gov',
  'the partition is that of the region, where neither roles nor options have one',
)
for (const [partition, wrong] of [
  ['', 'the roles are'],
  ['aws-cn', 'the value of option partition is'],
] as const) {
  t.strictSame(
    awsTargetOf({ ...none, region: 'eu-west-1', partition, account: '111122223333' }, grants).diagnostics,
    [
      {
        message: `region eu-west-1 is in partition aws, but ${wrong} in aws-cn`,
        hint: 'correct option region',
      },
    ],
    'a region of another partition',
  )
}
t.match(awsTargetOf(none, []).diagnostics?.[0]?.message, 'format json needs option region and option account')
t.match(awsTargetOf(none, grants).diagnostics?.[0]?.message, 'format json needs option region:')

import { deepStrictEqual, match } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../api/test-effort.ts'
import { parseIamRole } from './iam-role.ts'

const account = '111122223333'
const arn = (path: string, partition = 'aws') => `arn:${partition}:iam::${account}:role/${path}`

const accepted = [
  ['a name is a role', 'cluster-app-role', { name: 'cluster-app-role' }],
  ['a name has any character that IAM takes', 'aZ09_+=,.@-', { name: 'aZ09_+=,.@-' }],
  ['a name has at most 64 characters', 'r'.repeat(64), { name: 'r'.repeat(64) }],
  ['a name may be one that JavaScript knows', '__proto__', { name: '__proto__' }],
  ['a name may begin nearly as one of AWS', 'AWSReservedSS_app', { name: 'AWSReservedSS_app' }],
  ['an ARN is a role', arn('app'), { name: 'app', arn: arn('app'), partition: 'aws', account }],
  [
    'an ARN may have a path, and be of another partition',
    arn('team/a/app', 'aws-us-gov'),
    { name: 'app', arn: arn('team/a/app', 'aws-us-gov'), partition: 'aws-us-gov', account },
  ],
] as const
for (const [title, text, value] of accepted) t.strictSame(parseIamRole(text), { value }, title)
t.equal(parseIamRole(arn(`${'p'.repeat(510)}/app`)).value?.name, 'app', 'a path has at most 512 characters')

const notARole = 'is not a role: allowed are'
const notAnArn = 'is not the ARN of a role: allowed is'
const refused = [
  ['nothing', '', 'is empty: allowed are'],
  ['a name of 65 characters', 'r'.repeat(65), notARole],
  ['a space at the end', 'app ', notARole],
  ['a line end after a name', 'app\n', notARole],
  ['an interpolation', '${var.x}', notARole],
  ['a directive', '%{if true}x%{endif}', notARole],
  ['a quote', 'a"b', notARole],
  ['a wildcard', '*', notARole],
  ['a letter that only looks like one', '\u0430pp', notARole],
  ['a path without an ARN', 'team/app', 'has a path'],
  ['the ARN of a user', `arn:aws:iam::${account}:user/app`, notAnArn],
  ['the ARN of a session', `arn:aws:sts::${account}:assumed-role/app/x`, notAnArn],
  ['an account of 11 digits', 'arn:aws:iam::11112222333:role/app', notAnArn],
  ['an account of other digits', `arn:aws:iam::${'\u0661'.repeat(12)}:role/app`, notAnArn],
  ['a region', `arn:aws:iam:eu-west-1:${account}:role/app`, notAnArn],
  ['a partition that is none', arn('app', 'gcp'), notAnArn],
  ['an ARN without a name', arn('team/'), notAnArn],
  ['an ARN with an empty segment', arn('team//app'), notAnArn],
  ['an ARN with a wildcard', arn('*'), notAnArn],
  ['an ARN with an interpolation in its path', arn('${x}/app'), notAnArn],
  ['an ARN with a line end', `${arn('app')}\n`, notAnArn],
  [
    'a service-linked role',
    arn('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'),
    'is a role that AWS owns',
  ],
  [
    'a role of IAM Identity Center',
    arn('aws-reserved/sso.amazonaws.com/AWSReservedSSO_a'),
    'is a role that AWS owns',
  ],
  ['a service-linked role by its name', 'AWSServiceRoleForECS', 'is a role that AWS owns'],
  ['likewise in another case', 'awsserviceroleforecs', 'is a role that AWS owns'],
  [
    'a role of IAM Identity Center by its name',
    'AWSReservedSSO_Admin_0123456789abcdef',
    'is a role that AWS owns',
  ],
  ['its ARN without the path', arn('AWSReservedSSO_Admin_0123456789abcdef'), 'is a role that AWS owns'],
  ['its path without an ARN', 'aws-reserved/sso.amazonaws.com/AWSReservedSSO_a', 'is a role that AWS owns'],
  [
    'likewise with role/',
    'role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
    'is a role that AWS owns',
  ],
  ['an ARN with a path that is too long', arn(`${'p'.repeat(511)}/app`), 'has a path of more than the 512'],
] as const
for (const [title, text, message] of refused)
  t.match(parseIamRole(text).diagnostics?.[0]?.message, message, `${title} is refused`)

await t.test('an accepted role is written unchanged, and has only safe characters', async () => {
  const pieces = [
    'arn:',
    'aws',
    ':iam::',
    account,
    ':role/',
    'app',
    '/',
    '${',
    '%{',
    '"',
    '\\',
    '*',
    '\n',
    'é',
    ' ',
  ]
  const near = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((some) => some.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (text) => {
      const { value } = parseIamRole(text)
      if (value === undefined) return
      match(text, /^[\w+=,.@:/-]+$/)
      deepStrictEqual(value.arn ?? value.name, text)
    }),
    runs(1000),
  )
})

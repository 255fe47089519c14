/** The evaluator of kees audit against one that is not ours, on generated policies. */
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { evaluateRole, type PolicyRequest } from '../../cli/audit/evaluate-policy.ts'
import { isAllowed } from './iam-judge.ts'

const arn = (name: string, region = 'eu-west-1') => `arn:aws:ssm:${region}:111122223333:parameter/${name}`
const names = ['shop/a', 'shop/ab', 'shop/a/b', 'team/a', 'a']
const action = fc.constantFrom('ssm:GetParameters', 'ssm:GetParameter', 'secretsmanager:GetSecretValue')
const actions = fc.constantFrom(
  'ssm:GetParameters',
  'SSM:getparameter*',
  'ssm:*',
  '*',
  'ssm:Get?arameters',
  'ssm:Put*',
  'secretsmanager:Get*',
)
const resources = fc.oneof(
  fc.constantFrom(...names).map((name) => arn(name)),
  fc.constantFrom(
    '*',
    arn('*'),
    arn('shop/*'),
    arn('shop/a?'),
    arn('*/a'),
    arn('a', '*'),
    'arn:*:ssm:*:*:parameter/shop/*',
    'arn:aws:s3:::bucket/*',
    'arn:aws:*:*:*:*',
  ),
)
const oneOrList = <T>(of: fc.Arbitrary<T>) => fc.oneof(of, fc.array(of, { minLength: 1, maxLength: 3 }))
const condition = fc.constantFrom(
  undefined,
  undefined,
  { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
  { StringEquals: { 'AWS:requestedregion': ['us-east-1', 'eu-west-1'] } },
  { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
  { StringNotEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-west-2'] } },
  { StringLike: { 'aws:RequestedRegion': 'eu-*' } },
  { StringNotLike: { 'aws:RequestedRegion': 'eu-*' } },
  { StringEqualsIgnoreCase: { 'aws:RequestedRegion': 'EU-WEST-1' } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { Bool: { 'aws:SecureTransport': 'false' } },
  { StringEqualsIfExists: { 'aws:RequestedRegion': 'us-east-1' } },
)
const statement = fc
  .record({
    effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    notAction: fc.boolean().map((one) => one),
    notResource: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
    actions: oneOrList(actions),
    resources: oneOrList(resources),
    condition,
  })
  .map(({ effect, notAction, notResource, condition: tests, ...lists }) => ({
    Effect: effect,
    [notAction && effect === 'Deny' ? 'NotAction' : 'Action']: lists.actions,
    [notResource ? 'NotResource' : 'Resource']: lists.resources,
    ...(tests === undefined ? {} : { Condition: tests }),
  }))
const document = oneOrList(statement).map((Statement) => ({ Version: '2012-10-17', Statement }))
const documents = fc.array(document, { minLength: 0, maxLength: 3 })
const context = { 'aws:RequestedRegion': 'eu-west-1', 'aws:SecureTransport': 'true' }
const known = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))
const requestOf = (asked: string, name: string): PolicyRequest => ({
  action: asked,
  resource: asked.startsWith('ssm:')
    ? arn(name)
    : 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:name-AbCd12',
  context: known,
})

t.test('where our evaluator knows, the other says the same', async (t) => {
  const seen = { allowed: 0, denied: 0, unknown: 0 }
  await fc.assert(
    fc.asyncProperty(documents, action, fc.constantFrom(...names), async (policies, asked, name) => {
      const request = requestOf(asked, name)
      const verdict = evaluateRole(policies, undefined, request)
      seen[verdict]++
      if (verdict === 'unknown') return
      const other = await isAllowed(policies, { action: asked, resource: request.resource, context })
      if (other !== (verdict === 'allowed')) throw new Error(`${verdict}, and the other allows: ${other}`)
    }),
    runs(400),
  )
  t.ok(seen.allowed > 0 && seen.denied > 0, JSON.stringify(seen))
  t.equal(seen.unknown, 0, 'all of these conditions are understood')
})

const allow = (resource: string, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: resource, ...more },
})
const deny = (more: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', ...more }],
})
const strange = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } } }
const rows: readonly (readonly [
  title: string,
  policies: readonly unknown[],
  boundary: unknown,
  verdict: string,
])[] = [
  ['an allow that depends on a tag', [allow(arn('a'), strange)], undefined, 'unknown'],
  ['a deny that depends on a tag', [allow(arn('a')), deny(strange)], undefined, 'unknown'],
  ['a deny that depends on a tag, and nothing that allows', [deny(strange)], undefined, 'denied'],
  ['a policy variable', [allow(arn('${aws:username}'))], undefined, 'unknown'],
  ['a policy variable that is a character', [allow(arn('${*}'))], undefined, 'denied'],
  ['a pattern with too few parts', [allow('arn:aws:ssm:*')], undefined, 'unknown'],
  [
    'an operator that is not known',
    [allow(arn('a'), { Condition: { NumericLessThan: { 'aws:RequestedRegion': '1' } } })],
    undefined,
    'unknown',
  ],
  ['a boundary that allows', [allow(arn('a'))], allow('*'), 'allowed'],
  ['a boundary that does not', [allow(arn('a'))], allow(arn('b')), 'denied'],
  ['a boundary alone grants nothing', [], allow('*'), 'denied'],
  ['a boundary that depends on a tag', [allow(arn('a'))], allow('*', strange), 'unknown'],
  ['no document', [undefined, 'x', {}, { Statement: [1] }], undefined, 'denied'],
  [
    'a pattern of many wildcards',
    [allow(`arn:aws:ssm:eu-west-1:111122223333:${'*a'.repeat(3000)}*b`)],
    undefined,
    'denied',
  ],
]
for (const [title, policies, boundary, verdict] of rows)
  t.test(title, async (t) =>
    t.equal(evaluateRole(policies, boundary, requestOf('ssm:GetParameters', 'a')), verdict),
  )

import t from 'tap'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { parseIamRole } from '../../functions/export-iam/options/iam-role.ts'
import type { TrailEvent } from '../trail/trail-event.ts'
import { auditRows, type Audited } from './audit-rows.ts'
import { formatAudit } from './format-audit.ts'
import { rightsOf } from './role-rights.ts'
import { usesOf } from './uses.ts'

const target = { partition: 'aws', region: 'eu-west-1', account: '111122223333' }
const arn = (name: string) => `arn:aws:ssm:eu-west-1:111122223333:parameter${name}`
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`
const role = parseIamRole('app').value
const grant = (parameters: readonly string[], secrets: readonly string[] = []) =>
  grantOf('app', role, parameters, [], secrets)
const policy = (Action: string | readonly string[], Resource: string | readonly string[]) => ({
  name: 'p',
  document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
})
const nothing: Audited = {
  grants: [grant(['/a', '/b'])],
  declaredBy: new Map([['app', new Map([['/a', ['Deployment/app']]])]]),
  module: undefined,
  applied: undefined,
  stored: () => 'exists',
  uses: undefined,
}
const findings = (more: Partial<Audited>) =>
  auditRows({ ...nothing, ...more }).flatMap((row) => row.findings.map((one) => `${row.name}: ${one}`))
const applied = (given: Audited['grants'][number], ...policies: readonly ReturnType<typeof policy>[]) =>
  new Map([['app', rightsOf({ policies, boundary: undefined }, given, target, [])]])
const read = (name: string, more: Partial<TrailEvent> = {}): TrailEvent => ({
  time: 1_767_323_045_000,
  account: target.account,
  region: target.region,
  caller: 'app',
  isRole: true,
  isDenied: false,
  isUnnamed: false,
  reads: [{ what: 'parameter', name }],
  ...more,
})

t.test('what is declared and stored has no finding', async (t) => t.strictSame(findings({}), []))

t.test('the module', async (t) => {
  t.strictSame(findings({ module: [grant(['/a', '/c'])] }), ['/b: not in the module', '/c: not declared'])
  t.strictSame(findings({ module: [] }), ['/a: not in the module', '/b: not in the module'])
})

t.test('the store', async (t) => {
  t.strictSame(findings({ stored: (key) => (key === '/a' ? 'missing' : 'absent') }), ['/a: not stored'])
})

t.test('the policies of the role', async (t) => {
  const get = 'ssm:GetParameters'
  const rows: readonly (readonly [
    policies: readonly ReturnType<typeof policy>[],
    found: readonly string[],
  ])[] = [
    [[policy(get, [arn('/a'), arn('/b')])], []],
    [[policy(get, arn('/a'))], ['/b: the role lacks it']],
    [[], ['/a: the role lacks it', '/b: the role lacks it']],
    [[policy(get, arn('/*'))], [`${arn('/*')}: too wide`]],
    [[policy('*', '*')], ['*: too wide']],
    [[policy(get, [arn('/a'), arn('/b'), arn('/c')])], [`${arn('/c')}: too wide`]],
    [[policy(get, [arn('/a'), arn('/b')]), policy('ssm:PutParameter', '*')], []],
    [[policy(get, [arn('/a'), arn('/b')]), policy('ssm:*', 'arn:aws:s3:::bucket')], []],
    [
      [policy('ssm:Get*', [arn('/a'), arn('/b')])],
      ['/a', '/b'].flatMap((name) =>
        ['ssm:GetParameterHistory', 'ssm:GetParametersByPath'].map(
          (one) => `${arn(name)} (${one}): too wide`,
        ),
      ),
    ],
    [
      [policy(get, [arn('/a'), arn('${aws:username}')])],
      ['/b: depends on conditions', `${arn('${aws:username}')}: too wide`],
    ],
  ]
  for (const [policies, found] of rows)
    t.strictSame(findings({ applied: applied(grant(['/a', '/b']), ...policies) }), found)
})

t.test('secrets of Secrets Manager, by pattern and by their whole ARN', async (t) => {
  const given = grant([], ['db'])
  const grants = [given]
  for (const [resource, found] of [
    [secret('db-??????'), []],
    [secret('db-a1B2c3'), []],
    [secret('db-*'), [`${secret('db-*')}: too wide`]],
    [secret('db'), ['secret db: the role lacks it', `${secret('db')}: too wide`]],
    [secret('db-prod-??????'), ['secret db: the role lacks it', `${secret('db-prod-??????')}: too wide`]],
  ] as const)
    t.strictSame(
      findings({ grants, applied: applied(given, policy('secretsmanager:GetSecretValue', resource)) }),
      found,
      resource,
    )
})

t.test('a customer managed key needs kms:Decrypt too', async (t) => {
  const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const given = grant(['/a'])
  const policies = (context: string) => [
    policy('ssm:GetParameters', arn('/a')),
    {
      name: 'kms',
      document: {
        Statement: {
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: key,
          Condition: {
            StringEquals: {
              'kms:EncryptionContext:PARAMETER_ARN': context,
              'kms:ViaService': 'ssm.eu-west-1.amazonaws.com',
            },
          },
        },
      },
    },
  ]
  const verdict = (context: string) =>
    rightsOf({ policies: policies(context), boundary: undefined }, given, target, [
      { prefix: '/', arn: key },
    ]).verdicts.get('/a')
  t.equal(verdict(arn('/a')), 'allowed')
  t.equal(verdict(arn('/b')), 'denied')
})

t.test('what was read', async (t) => {
  const uses = (...events: readonly TrailEvent[]) => ({ uses: usesOf(events, target) })
  t.strictSame(findings(uses(read('/a'), read('/b'))), [])
  t.strictSame(findings(uses(read('/a'), read('/c'))), ['/b: unused', '/c: read, and not declared'])
  for (const more of [
    { caller: 'other' },
    { isRole: false },
    { isDenied: true },
    { account: '1' },
    { region: 'us-east-1' },
  ])
    t.strictSame(findings(uses(read('/a'), read('/b', more))), ['/b: unused'], JSON.stringify(more))
  const byPath = read('/', { reads: [{ what: 'path', name: '/team' }] })
  t.strictSame(findings(uses(read('/a'), read('/b'), byPath)), ['/team (by path): read, and not declared'])
  const [row] = auditRows({ ...nothing, ...uses(read('/a')) })
  t.equal(row?.used, '2026-01-02T03:04:05.000Z')
})

t.test('a role that is not known, or could not be read, is not checked, which is a finding', async (t) => {
  const grants = [grantOf('Deployment/shop/app', undefined, ['/a'])]
  const row = (more: Partial<Audited>) => {
    const [one] = auditRows({ ...nothing, grants, ...more })
    return { applied: one?.applied, used: one?.used, findings: one?.findings }
  }
  const [is, no] = ['not checked', undefined]
  t.strictSame(row({}), { applied: no, used: no, findings: [] }, 'where nobody asked for it, it is none')
  t.strictSame(row({ applied: new Map() }), { applied: is, used: no, findings: [is] })
  t.strictSame(row({ uses: usesOf([], target) }), { applied: no, used: is, findings: [is] })
  t.strictSame(findings({ applied: new Map() }), ['/a: not checked', '/b: not checked'], 'of a role')
})

t.test('names that somebody else chose are escaped', async (t) => {
  const rows = auditRows({ ...nothing, uses: usesOf([read('/x|`\n<b>')], target) })
  const text = formatAudit(rows, 'markdown', (_colour, one) => one)
  t.match(text, '/x&#124;&#96;&#10;&#60;b&#62;')
  t.equal(text.split('\n').length, 2 + rows.length + 1)
})

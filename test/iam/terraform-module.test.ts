/** What independent readers make of the module that export-iam writes: terraform, and hcl2-json-parser. */
import { deepStrictEqual } from 'node:assert/strict'
import { join } from 'node:path'
import * as fc from 'fast-check'
import hcl from 'hcl2-json-parser'
import t from 'tap'
import { type Grant, grantOf } from '../../functions/export-iam/grants/grant.ts'
import { countNames } from '../../functions/export-iam/grants/granted-names.ts'
import { formatHclString } from '../../functions/export-iam/terraform/hcl-string.ts'
import type { KmsKeys } from '../../functions/export-iam/options/kms-keys.ts'
import { mainTf } from '../../functions/export-iam/terraform/main-tf.ts'
import { partNames } from '../../functions/export-iam/grants/split-policy.ts'
import { parseIamRole } from '../../functions/export-iam/options/iam-role.ts'
import { policyDocument } from '../../functions/export-iam/grants/policy.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { complaintsOfCalls, runTerraform, writeFiles } from './run-terraform.ts'
import { terraform } from '../programs/tools.ts'

const skip = terraform().missing ?? false

const place = { partition: 'aws-us-gov', region: 'us-gov-west-1', account: '111122223333' }
const variables = {
  aws_partition: place.partition,
  aws_region: place.region,
  aws_account_id: place.account,
} as const
const variableFlags = Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`)

const segment = fc.stringMatching(/^[b-rB-R][A-Za-z0-9_.-]{0,12}$/)
const parameter = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`)
const key = fc.oneof(
  fc.stringMatching(/^[\w+=,.@-]{1,64}$/),
  fc.stringMatching(/^arn:aws-us-gov:iam::111122223333:role\/([\w+=,.@-]{1,9}\/){0,2}[\w+=,.@-]{1,64}$/),
  fc.stringMatching(/^(Job|CronJob)\/([a-z][a-z0-9-]{0,9}\/)?[a-z][a-z0-9.-]{0,20}$/),
  fc.constantFrom('constructor', '__proto__', 'null', 'for', 'local.x'),
)
const parameters = fc.array(parameter, { minLength: 1, maxLength: 9 })

const generated = fc
  .sample(fc.uniqueArray(fc.tuple(key, parameters), { minLength: 20, selector: ([one]) => one }), {
    numRuns: 3,
    seed: 3,
  })
  .map((some) => some.map(([one, names]) => grantOf(one, parseIamRole(one).value, names)))
const example = grantOf('cluster-app-role', { name: 'cluster-app-role' }, [
  '/signingKey.v1_public',
  '/signingKey.v1_private',
  '/db.password',
])
const keyArn = (digit: number) =>
  `arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/${`${digit}`.repeat(8)}-2222-3333-4444-555555555555`
const kmsKeys: KmsKeys = [
  { prefix: '/prod/db', arn: keyArn(1) },
  { prefix: '/prod', arn: keyArn(2) },
  { prefix: '/b', arn: keyArn(1) },
]
const many = Array.from(
  { length: 150 },
  (_, index) => `/prod/${index % 3 === 0 ? 'db/' : ''}secret-number-${index}`,
)
const split = (keys: KmsKeys) => [grantOf('many', { name: 'many' }, many, keys), example]
const secretKeys: KmsKeys = [
  { secret: 'rds!cluster', arn: keyArn(1) },
  { secret: 'a/b@c+d=e', arn: keyArn(3) },
]
const bothKeys: KmsKeys = [...kmsKeys, ...secretKeys]
const withSecrets = (
  one: string,
  names: readonly string[],
  keys: KmsKeys,
  secrets: readonly string[] = ['rds!cluster', 'a/b@c+d=e', '/prod/db'],
) => grantOf(one, { name: one }, names, keys, secrets)
const inputs: readonly (readonly [title: string, grants: readonly Grant[], keys: KmsKeys])[] = [
  ['nobody', [], []],
  ['nobody, with keys', [], kmsKeys],
  ['the worked example', [example], []],
  ['a role with several policies', split([]), []],
  ['a role with several policies and keys', split(kmsKeys), kmsKeys],
  ['a key for everything', split([{ prefix: '/', arn: keyArn(3) }]), [{ prefix: '/', arn: keyArn(3) }]],
  ['secrets alone', [withSecrets('app', [], [])], []],
  ['secrets and parameters', [example, withSecrets('app', ['/prod/a', '/b'], [])], []],
  ['secrets, and keys of both', [example, withSecrets('app', ['/prod/a'], bothKeys)], bothKeys],
  ['secrets, and keys of secrets', [withSecrets('app', ['/prod/a'], secretKeys)], secretKeys],
  ['secrets, and keys of parameters', [withSecrets('app', ['/prod/a'], kmsKeys)], kmsKeys],
  [
    'a role with several policies of both, beside one with neither of these keys',
    [
      withSecrets(
        'many',
        many.slice(0, 60),
        bothKeys,
        many.slice(0, 60).map((name) => `rds!${name}`),
      ),
      example,
    ],
    bothKeys,
  ],
  ['keys of secrets, and no secret', [example], secretKeys],
  ...generated.map((grants, index) => [`generated input ${index + 1}`, grants, []] as const),
]

await t.test('terraform would format the module as it is', { skip }, async (test) => {
  const folder = test.testdir({})
  for (const [index, [, grants, keys]] of inputs.entries()) {
    await writeFiles(join(folder, String(index)), renderModule(grants, keys))
  }
  test.equal(await runTerraform(folder, 'fmt', '-check', '-diff', '-recursive'), '')
})

await t.test(
  'terraform evaluates policies.tf to documents with exactly the declared parameters',
  { skip },
  async (test) => {
    const output = 'output "documents" {\n  value = local.documents\n}\n'
    const folder = test.testdir({})
    const called = await Promise.all(
      inputs.map(async ([, grants, keys], index) => {
        await writeFiles(join(folder, `case${index}`), [
          ['policies.tf', renderModule(grants, keys).get('policies.tf') ?? ''],
          ['outputs.tf', output],
        ])
        return [`case${index}`, { source: `./case${index}`, ...variables }] as const
      }),
    )
    const values = called.map(([name]) => [name, { value: `\${module.${name}.documents}` }])
    const root = { module: Object.fromEntries(called), output: Object.fromEntries(values) }
    await writeFiles(folder, [['main.tf.json', JSON.stringify(root)]])
    await runTerraform(folder, 'init')
    await runTerraform(folder, 'apply', '-auto-approve')
    const outputs: Readonly<Record<string, { readonly value: unknown }>> = JSON.parse(
      await runTerraform(folder, 'output', '-json'),
    )
    for (const [number, [title, grants, keys]] of inputs.entries()) {
      const documents = outputs[`case${number}`]?.value
      const expected = partNames.map((part, index) => [
        part,
        Object.fromEntries(
          grants.flatMap(({ key: one, parts }) => {
            const names = parts[index]
            if (names === undefined || countNames(names) === 0) return []
            return [[one, policyDocument(names, place, keys)]]
          }),
        ),
      ])
      deepStrictEqual(documents, Object.fromEntries(expected), title)
    }
  },
)

await t.test('terraform finds the keys of other places, where a policy has them', { skip }, async (test) => {
  const [, locals = ''] = /^(locals \{\n  foreign_keys = [^]*?^\}\n)/m.exec(mainTf) ?? []
  const output = 'output "foreign" {\n  value = local.foreign_keys\n}\n'
  const mixed: KmsKeys = [
    { prefix: '/prod/db', arn: keyArn(1).replace('us-gov-west-1', 'us-gov-east-1') },
    { prefix: '/prod', arn: keyArn(2).replace('111122223333', '444455556666') },
    { prefix: '/else', arn: keyArn(3).replace('us-gov-west-1', 'us-gov-east-1') },
  ]
  const grants = [
    grantOf('both', { name: 'both' }, ['/prod/db/a', '/prod/a', '/b'], mixed),
    grantOf('own', { name: 'own' }, ['/prod/a', '/b'], mixed),
  ]
  const folder = test.testdir({})
  await writeFiles(folder, [
    ['policies.tf', renderModule(grants, mixed).get('policies.tf') ?? ''],
    ['main.tf', locals + output],
  ])
  await runTerraform(folder, 'apply', '-auto-approve', ...variableFlags)
  const { part1 } = JSON.parse(await runTerraform(folder, 'output', '-json', 'foreign'))
  test.strictSame(part1, { both: [mixed[0]?.arn], own: [] }, 'another account is allowed')
})

await t.test('hcl2-json-parser reads the same names in policies.tf', async (test) => {
  for (const [title, grants, keys] of inputs) {
    const read: unknown = await hcl.parseToObject(renderModule(grants, keys).get('policies.tf') ?? '')
    const expected = grants.map(({ key: one, policyName, role, parts }) => [
      one,
      {
        policy_name: policyName,
        role: role?.name ?? null,
        ...Object.fromEntries(
          parts.flatMap(({ parameters: names, secrets }, index) => [
            ...(names.length === 0 ? [] : [[`part${index + 1}`, names]]),
            ...(secrets.length === 0 ? [] : [[`part${index + 1}_secrets`, secrets]]),
          ]),
        ),
      },
    ])
    test.match(read, { locals: [{ grants: Object.fromEntries(expected) }] }, title)
  }
})

await t.test('the variables refuse what would widen or break a policy', { skip }, async (test) => {
  const folder = test.testdir({})
  const policies = renderModule([example]).get('policies.tf') ?? ''
  await writeFiles(join(folder, 'module'), [['policies.tf', policies]])
  const refused: readonly (readonly [variable: string, value: unknown])[] = [
    ['aws_region', '*'],
    ['aws_region', ''],
    ['aws_account_id', '*'],
    ['aws_account_id', '11112222333'],
    ['aws_partition', '*'],
    ['name_prefix', 'a/b'],
    ['name_prefix', 'p'.repeat(33)],
    ['path', 'team'],
    ['path', '/a*/'],
    ['role_names', { 'cluster-app-role': 'arn:aws:iam::111122223333:role/app' }],
  ]
  const calls = refused.map(([variable, value]) => ({ ...variables, [variable]: value }))
  const said = await complaintsOfCalls(folder, [...calls, variables])
  for (const [index, [variable, value]] of refused.entries())
    test.match(said[index], 'Invalid value for variable', `${variable} ${JSON.stringify(value)}`)
  test.equal(said.at(-1), '', 'what is right beside it is not refused')
})

await t.test('terraform reads any text back as it was written', { skip }, async (test) => {
  const token = fc.constantFrom(
    '$',
    '%',
    '{',
    '}',
    '${',
    '%{',
    '"',
    '\\',
    '\n',
    '\r',
    '~',
    'n',
    'u0041',
    'var.x',
  )
  const near = fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join(''))
  const ascii = fc.string({ unit: 'binary-ascii' })
  const texts = fc.sample(fc.oneof(near, ascii), { numRuns: 500, seed: 3 })
  const folder = test.testdir({})
  const values = texts.map((text) => `    ${formatHclString(text)},\n`)
  await writeFiles(folder, [['outputs.tf', `output "texts" {\n  value = [\n${values.join('')}  ]\n}\n`]])
  await runTerraform(folder, 'apply', '-auto-approve')
  test.strictSame(JSON.parse(await runTerraform(folder, 'output', '-json', 'texts')), texts)
})

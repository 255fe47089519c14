/** The variables of the creator's Terraform module, and the policy that they make, evaluated without any provider. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { maxParameterLevels, parseStoragePrefix } from '../../api/declaration/parameter-name.ts'
import { partitions } from '../../api/aws-partitions.ts'
import { get, justThePolicy, ofModule, place, policyOf, put, variablesIn } from './creator-module.ts'
import { isAllowed } from './iam-judge.ts'
import { root } from '../programs/programs.ts'
import { complaintOf, complaintsOfCalls, runTerraform } from './run-terraform.ts'
import { terraform } from '../programs/tools.ts'

const { missing } = terraform()

t.test('in every partition SSM is called as the policies of pods call it', async (t) => {
  const policy = await readFile(join(root, 'install/creator/terraform/policy.tf'), 'utf8')
  const [, map = ''] = /dns_suffixes = \{\n([^}]*)\}/.exec(policy) ?? []
  const suffixes = [...map.matchAll(/"([^"]+)" *= "([^"]+)"/g)].map(([, key = '', value = '']) => [
    key,
    value,
  ])
  t.strictSame(
    suffixes,
    partitions.map(({ name, dnsSuffix }) => [name, dnsSuffix]),
  )
})

t.test(
  'of any prefixes, what is below one may be made, and what is not may not',
  { skip: missing ?? false },
  async (t) => {
    const segment = fc.stringMatching(/^[b-rB-R][A-Za-z0-9_.-]{0,6}$/)
    const path = (maxLength: number) =>
      fc.array(segment, { minLength: 1, maxLength }).map((segments) => `/${segments.join('/')}`)
    const lists = fc.sample(fc.uniqueArray(path(3), { minLength: 1, maxLength: 6 }), { numRuns: 3, seed: 7 })
    const ends = fc.sample(fc.oneof(path(2), fc.constantFrom('', 's/x', '_private', '/k_private', '/%2e')), {
      numRuns: 12,
      seed: 8,
    })
    const folder = await justThePolicy(t.testdir({}))
    for (const list of lists) {
      const document = await policyOf(folder, list)
      const names = [...list, ...fc.sample(path(3), 5)].flatMap((one) => ends.map((end) => one + end))
      for (const name of names.filter((one) => /^[A-Za-z0-9_./-]+$/.test(one))) {
        const below = list.some((prefix) => name.startsWith(`${prefix}/`))
        if ((await isAllowed([document], put(name))) !== below) t.fail(`put ${name}, with ${list.join()}`)
        if ((await isAllowed([document], get(name))) !== below) t.fail(`get ${name}, with ${list.join()}`)
        const again = put(name, { 'ssm:Overwrite': 'true' })
        if (await isAllowed([document], again)) t.fail(`overwrite ${name}, with ${list.join()}`)
      }
      t.pass(`${names.length} names, with ${list.join()}`)
    }
  },
)

t.test(
  'the variables refuse what is no real prefix, and what would widen a policy',
  { skip: missing ?? false },
  async (t) => {
    const parent = t.testdir({ policy: {}, calls: { module: {} } })
    const folder = await justThePolicy(join(parent, 'policy'))
    const tooDeep = '/a'.repeat(maxParameterLevels)
    const noPrefixes = [
      '',
      '/',
      '/prod/',
      'prod',
      '/*',
      '/prod/*',
      '/{namespace}',
      '/a//b',
      '/a/../b',
      '/awsx',
      '/SSM',
      '/a?',
      '/${a}',
      '/a\n/b',
      tooDeep,
    ]
    await justThePolicy(join(parent, 'calls/module'))
    const complaints = await complaintsOfCalls(
      join(parent, 'calls'),
      noPrefixes.map((prefix) => ({ ...ofModule, prefixes: ['/prod', prefix] })),
    )
    for (const [index, prefix] of noPrefixes.entries()) {
      t.match(complaints[index], 'Invalid value for variable', `prefix ${JSON.stringify(prefix)}`)
      // The shorter spellings of the annotations are not those of IAM.
      if (!/^prod$|^\/?$|\/$/.test(prefix) && prefix !== tooDeep)
        t.ok(parseStoragePrefix(prefix).diagnostics, 'it is none for the annotations either')
    }
    const refused: readonly (readonly [variable: string, value: unknown])[] = [
      ['prefixes', '[]'],
      ['prefixes', 'null'],
      ['aws_region', '*'],
      ['aws_account_id', '*'],
      ['aws_partition', '*'],
      ['kms_key_arn', '*'],
      ['kms_key_arn', 'alias/kees'],
      ['kms_key_arn', `arn:aws:kms:eu-west-1:${place.account}:alias/kees`],
      ['namespace', '*'],
      ['service_account', '*'],
      ['irsa', { oidc_provider_arn: '*' }],
      ['pod_identity', { cluster_arn: '*' }],
      ['kube2iam', { node_role_arns: ['*'] }],
      ['kube2iam', { node_role_arns: [] }],
      ['role_name', 'a/b'],
      ['path', 'team'],
    ]
    for (const [variable, value] of refused) {
      const said = await complaintOf(planned(folder, { [variable]: value }))
      t.match(
        said,
        /Invalid value for (input )?variable|Required variable not set/,
        `${variable} ${JSON.stringify(value)}`,
      )
    }
    t.match(await complaintOf(runTerraform(folder, 'plan', '-input=false')), 'No value for required variable')
  },
)

async function planned(folder: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  return await runTerraform(folder, 'plan', '-input=false', await variablesIn(folder, variables))
}

/**
 * What the preconditions of our Terraform modules refuse, in one plan of all that is wrong: each start of the AWS provider takes
 * longer than the plan.
 */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { parseIamRole } from '../../functions/export-iam/options/iam-role.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { attachedProvider } from './aws-provider.ts'
import { terraform, terraformAwsPluginDir } from '../programs/tools.ts'
import { creatorModule, key, place } from './creator-module.ts'
import { motoEnv, motoProvider } from './moto-provider.ts'
import { complaintOf, runTerraform, terraformWith, writeFiles } from './run-terraform.ts'

const { missing = terraformAwsPluginDir().missing ?? false } = terraform()

const role = `arn:aws:iam::${place.account}:role/team/billing`
const foreignKey = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const grant = (name: string, parameters: readonly string[]) =>
  grantOf(name, parseIamRole(name).value, parameters)

const exported = (name: string, account: string) => `
module "${name}" {
  source         = "./${name}"
  aws_region     = "${place.region}"
  aws_account_id = "${account}"
}
`
const creator = (name: string, prefixes: readonly string[], more: string) => `
module "${name}" {
  source         = "./creator"
  role_name      = "creator-${name}"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
  prefixes       = ${JSON.stringify(prefixes)}
  ${more}
}
`
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `/team-${index}/${'x'.repeat(12)}`)
const trust = `kube2iam = { node_role_arns = ["arn:aws:iam::${place.account}:role/worker"] }`

const configuration = [
  motoProvider,
  exported('account', '999999999999'),
  exported('region', place.account),
  creator('none', ['/prod'], ''),
  creator('two', ['/prod'], `${trust}\n  assume_role_policy = "{}"`),
  creator('many', many(300), trust),
  creator('enough', many(100), trust),
  creator('enough-with-key', many(40), `${trust}\n  kms_key_arn = "${key}"`),
].join('')

t.setTimeout(1_200_000)
t.test(
  'each module refuses what IAM or SSM would refuse',
  { skip: missing, timeout: 1_200_000 },
  async (t) => {
    // Nothing is asked of AWS before the plan is complete.
    const env = motoEnv('http://127.0.0.1:9')
    const terraformHere = terraformWith({ ...env, ...(await attachedProvider(t, env)) })
    const folder = t.testdir({ 'main.tf': configuration })
    cpSync(creatorModule, join(folder, 'creator'), { recursive: true })
    const app = grant('cluster-app-role', ['/db.password'])
    await writeFiles(join(folder, 'account'), renderModule([app, grant(role, ['/billing/key'])]))
    const kmsKeys = [{ prefix: '/prod', arn: foreignKey }]
    await writeFiles(
      join(folder, 'region'),
      renderModule([app, grantOf('Job/prod/worker', undefined, ['/prod/queue'], kmsKeys)], kmsKeys),
    )
    await runTerraform(folder, 'init', `-plugin-dir=${terraformAwsPluginDir().path}`)
    const said = await complaintOf(terraformHere(folder, 'plan', '-refresh=false'))
    const failed = said.matchAll(
      /Error: Resource precondition failed on (\S+) line \d+, in resource "(\w+)" "\w+"/g,
    )
    t.strictSame(
      [...failed].map(([, file = '', type = '']) => `${file} ${type}`).toSorted(),
      [
        'account/main.tf aws_iam_policy',
        'creator/main.tf aws_iam_role',
        'creator/main.tf aws_iam_role',
        'creator/main.tf aws_iam_role_policy',
        'region/main.tf aws_iam_policy',
      ],
      'what is right beside it is not refused',
    )
    t.match(said, `Role ${role} is not of account 999999999999 in partition aws: apply this module`)
    t.match(
      said,
      `SSM requires keys in the region of the parameters, eu-west-1 in partition aws, not ${foreignKey}`,
    )
    t.match(said, 'Set at least one of irsa, pod_identity and kube2iam, or only assume_role_policy')
    t.match(said, /The policy of 300 prefixes has \d+ characters, but IAM allows at most 10240/)
  },
)

/** The module that export-iam writes, planned and applied by terraform's AWS provider, and read back from moto's IAM. */
import { join } from 'node:path'
import t from 'tap'
import { type Grant, grantOf } from '../../functions/export-iam/grant.ts'
import { parseIamRole } from '../../functions/export-iam/iam-role.ts'
import { policyDocument } from '../../functions/export-iam/policy.ts'
import { renderModule } from '../../functions/export-iam/terraform.ts'
import { attachedTo, callIam, documentOf, rolesOf } from './moto-iam.ts'
import { motoProvider } from './moto-provider.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { runTerraform, writeFiles } from './run-terraform.ts'
import { terraform, terraformAwsPluginDir } from '../programs/tools.ts'

/** The account is moto's own. */
const place = { partition: 'aws', region: 'eu-west-1', account: '123456789012' }

function grant(key: string, parameters: readonly string[]): Grant {
  return grantOf(key, parseIamRole(key).value, parameters)
}
const declared = ['/db.password', '/signingKey.v1_private', '/signingKey.v1_public']
const app = grant('cluster-app-role', declared)
const grownApp = grant('cluster-app-role', [...declared, '/prod/new-secret'])
const billing = grant(`arn:aws:iam::${place.account}:role/team/billing`, ['/billing/key', '/shared/ca'])
const worker = grant('Job/prod/worker', ['/prod/queue'])
const documentFor = ({ parameters }: Grant) => policyDocument(parameters, place)

/** A configuration that makes one of the roles itself and calls the module. */
const rootOf = (endpoint: string) => `${motoProvider(endpoint)}
variable "attach" {
  default = true
}

resource "aws_iam_role" "made_here" {
  name               = "made-here"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

module "kees" {
  source         = "./kees"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
  attach         = var.attach
  tags           = { team = "a" }

  # Its id is not known before the role is made.
  role_names = { "${app.key}" = aws_iam_role.made_here.id }
}

output "policy_arns" {
  value = module.kees.policy_arns
}
`

const { missing = terraformAwsPluginDir().missing ?? motoMissing } = terraform()
await t.test('the module in a real configuration', { skip: missing, timeout: 1_200_000 }, async (test) => {
  const { endpoint, stop } = await startMoto()
  test.teardown(stop)
  const role = { Action: 'CreateRole', RoleName: 'billing', Path: '/team/', AssumeRolePolicyDocument: '{}' }
  await callIam(endpoint, role)
  const folder = test.testdir({})
  const writeModule = (grants: readonly Grant[]) => writeFiles(join(folder, 'kees'), renderModule(grants))
  await writeFiles(folder, [['main.tf', rootOf(endpoint)]])
  await writeModule([app, billing, worker])
  const apply = (...args: readonly string[]) => runTerraform(folder, 'apply', '-auto-approve', ...args)
  await runTerraform(folder, 'init', `-plugin-dir=${terraformAwsPluginDir().path}`)

  test.notMatch(await apply(), 'Warning:', 'it is valid')
  test.strictSame(
    await attachedTo(endpoint, 'made-here'),
    { 'kees-cluster-app-role-part1': documentFor(app) },
    'a role that the configuration makes gets exactly its parameters',
  )
  test.strictSame(
    await attachedTo(endpoint, 'billing'),
    { [`kees-${billing.policyName}-part1`]: documentFor(billing) },
    'a role with a path gets exactly its parameters',
  )
  const arns: Readonly<Record<string, readonly string[]>> = JSON.parse(
    await runTerraform(folder, 'output', '-json', 'policy_arns'),
  )
  test.strictSame(
    Object.keys(arns),
    [worker.key, billing.key, app.key],
    'the outputs have the keys of the grants',
  )
  const [unattached = ''] = arns[worker.key] ?? []
  test.strictSame(
    [await documentOf(endpoint, unattached), await rolesOf(endpoint, unattached)],
    [documentFor(worker), []],
    'a workload without a role has a policy, attached to nothing',
  )

  await writeModule([grownApp, billing, worker])
  const grown = await apply()
  test.strictSame(
    grown
      .split('\n')
      .filter((line) => /^ {5,}[-+]/.test(line))
      .map((line) => line.trim()),
    [`+ "arn:aws:ssm:eu-west-1:${place.account}:parameter/prod/new-secret",`],
    'one more secret is one added line in the plan',
  )
  test.match(grown, 'module.kees.aws_iam_policy.part1["cluster-app-role"]: Modifying...')
  test.match(grown, 'Resources: 0 added, 1 changed, 0 destroyed.', 'and changes one policy only')
  test.strictSame(
    await attachedTo(endpoint, 'made-here'),
    { 'kees-cluster-app-role-part1': documentFor(grownApp) },
    'applied, it is granted',
  )

  const renamed = grant('billing', billing.parameters)
  await writeModule([grownApp, renamed, worker])
  const log = await apply()
  const attachment = 'aws_iam_role_policy_attachment.part1'
  const [made, gone] = [
    log.indexOf(`${attachment}["${renamed.key}"]: Creation complete`),
    log.indexOf(`${attachment}["${billing.key}"]: Destroying`),
  ]
  test.ok(
    made >= 0 && gone > made,
    'with another key, the new policy of a role is created before the old one is destroyed',
  )
  test.strictSame(await attachedTo(endpoint, 'billing'), { 'kees-billing-part1': documentFor(billing) })

  const detached = await apply('-var=attach=false')
  test.match(
    detached,
    'Resources: 0 added, 1 changed, 2 destroyed.',
    'attach = false takes the attachments away',
  )
  test.strictSame(await attachedTo(endpoint, 'made-here'), {}, 'and leaves the roles without their policies')
})

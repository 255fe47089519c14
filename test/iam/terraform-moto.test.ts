/**
 * Our Terraform modules, applied by terraform's AWS provider, and read back from moto's IAM: the one that export-iam writes, and
 * that of the creator's role. In one configuration, because the provider takes longer to start than to do its work.
 */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Grant, grantOf } from '../../functions/export-iam/grants/grant.ts'
import { parseIamRole } from '../../functions/export-iam/options/iam-role.ts'
import { policyDocument } from '../../functions/export-iam/grants/policy.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { creatorModule } from './creator-module.ts'
import { creatorRoles, judgeCreatorRoles } from './creator-roles.ts'
import { attachedTo, callIam, documentOf, rolesOf } from './moto-iam.ts'
import { motoEnv, motoProvider } from './moto-provider.ts'
import { attachedProvider } from './aws-provider.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { runTerraform, terraformWith, writeFiles } from './run-terraform.ts'
import { isLong } from '../programs/long.ts'
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
// Without a plus sign, which moto reads as a blank in a policy.
const worker = grantOf('Job/prod/worker', undefined, ['/prod/queue'], [], ['rds!db', 'prod/a=b@c'])
const documentFor = (names: Grant) => policyDocument(names, place)

/** A configuration that makes one of the roles itself and calls the module. */
const configuration = `${motoProvider}
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

module "detached" {
  source         = "./detached"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
  attach         = false
  name_prefix    = "detached-"
}

output "policy_arns" {
  value = module.kees.policy_arns
}

output "detached_arns" {
  value = module.detached.policy_arns
}
${creatorRoles}`

const { missing = terraformAwsPluginDir().missing ?? motoMissing } = terraform()
t.setTimeout(1_200_000)
await t.test(
  'the module of the creator is formatted',
  { skip: terraform().missing ?? false },
  async (test) => {
    test.equal(await runTerraform(creatorModule, 'fmt', '-check', '-diff'), '')
  },
)

await t.test('the modules in a real configuration', { skip: missing, timeout: 1_200_000 }, async (test) => {
  const { endpoint, stop } = await startMoto()
  test.teardown(stop)
  const role = { Action: 'CreateRole', RoleName: 'billing', Path: '/team/', AssumeRolePolicyDocument: '{}' }
  await callIam(endpoint, role)
  const env = motoEnv(endpoint)
  const terraformHere = terraformWith({ ...env, ...(await attachedProvider(test, env)) })
  const folder = test.testdir({})
  const writeModule = (grants: readonly Grant[]) => writeFiles(join(folder, 'kees'), renderModule(grants))
  cpSync(creatorModule, join(folder, 'creator'), { recursive: true })
  await writeFiles(join(folder, 'detached'), renderModule([billing]))
  await writeFiles(folder, [['main.tf', configuration]])
  await writeModule([app, billing, worker])
  const apply = (...args: readonly string[]) => terraformHere(folder, 'apply', '-auto-approve', ...args)
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
  const outputs: Outputs = JSON.parse(await terraformHere(folder, 'output', '-json'))
  const arns = outputs.policy_arns.value
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

  const [detached = ''] = outputs.detached_arns.value[billing.key] ?? []
  test.strictSame(
    [await documentOf(endpoint, detached), await rolesOf(endpoint, detached)],
    [documentFor(billing), []],
    'with attach = false a policy is attached to nothing',
  )
  test.equal(outputs.creator_role_arn.value, `arn:aws:iam::${place.account}:role/creator-irsa`)
  await judgeCreatorRoles(test, endpoint)

  // test/iam/stability-moto.test.ts shows this for generated changes.
  if (!isLong) return
  const renamed = grant('billing', billing.parameters)
  await writeModule([grownApp, renamed, worker])
  const log = await apply()
  test.notMatch(log, /# module\.(creator-|detached)/, 'what has not changed has no place in the plan')
  test.match(log, 'module.kees.aws_iam_policy.part1["cluster-app-role"]: Modifying...')
  test.strictSame(await attachedTo(endpoint, 'made-here'), {
    'kees-cluster-app-role-part1': documentFor(grownApp),
  })
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

  const without = await apply('-var=attach=false')
  test.match(
    without,
    'Resources: 0 added, 1 changed, 2 destroyed.',
    'attach = false takes the attachments away',
  )
  test.strictSame(await attachedTo(endpoint, 'made-here'), {}, 'and leaves the roles without their policies')
})

type Arns = Readonly<Record<string, readonly string[]>>
type Outputs = {
  readonly policy_arns: { readonly value: Arns }
  readonly detached_arns: { readonly value: Arns }
  readonly creator_role_arn: { readonly value: string }
}

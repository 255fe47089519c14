/**
 * terraform with its AWS provider on moto, for a module of export-iam: plans with their order, and applies of which every
 * call that changes IAM is kept.
 */
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import type { KmsKeys } from '../../functions/export-iam/options/kms-keys.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { callIam } from './moto-iam.ts'
import { motoEnv, motoProvider } from './moto-provider.ts'
import { attachedProvider } from './aws-provider.ts'
import { startMoto } from '../servers/moto.ts'
import { parsePlanGraph, type PlanGraph } from './plan-graph.ts'
import { type IamChange, recordIam } from './recorded-iam.ts'
import { runTerraform, terraformWith, writeFiles } from './run-terraform.ts'
import { type ResourceChange, resourceChangesIn } from './terraform-plan.ts'
import { terraformAwsPluginDir } from '../programs/tools.ts'

/** The account is moto's own. */
export const place = { partition: 'aws', region: 'eu-west-1', account: '123456789012' }

/** A part of the parameters is encrypted with a key of its own. */
export const kmsKeys: KmsKeys = [
  {
    prefix: '/team/a',
    arn: `arn:aws:kms:eu-west-1:${place.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  },
]

/** The module, and one from which the order was taken, to see that the walk finds what may be lost. */
const configuration = `${motoProvider}
variable "prefix" {
  default = "kees-"
}

module "kees" {
  source         = "./kees"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
  name_prefix    = var.prefix
}

module "loose" {
  source         = "./loose"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
  name_prefix    = "loose-"
}
`

function loosened(files: ReadonlyMap<string, string>): Map<string, string> {
  const order = /^ *(depends_on|create_before_destroy) .*$/gm
  return new Map([...files].map(([name, text]) => [name, text.replaceAll(order, '')]))
}

type WatchedPlan = {
  /** As people see it. */
  readonly text: string
  readonly graph: PlanGraph
  /** Of the module, and of the one without order. */
  readonly kees: readonly ResourceChange[]
  readonly loose: readonly ResourceChange[]
}

type WatchedApply = {
  /** Of moto, past the recording. */
  readonly endpoint: string
  readonly write: (kees: readonly Grant[], loose: readonly Grant[]) => Promise<void>
  readonly plan: (...variables: readonly string[]) => Promise<WatchedPlan>
  /** Of the last plan, unless there are other arguments. @returns what it changed, in its order. */
  readonly apply: (...args: readonly string[]) => Promise<readonly IamChange[]>
}

export async function startWatchedApply(test: Test): Promise<WatchedApply> {
  const moto = await startMoto()
  test.teardown(moto.stop)
  const iam = await recordIam(moto.endpoint, 7)
  test.teardown(iam.stop)
  const env = motoEnv(iam.endpoint)
  const terraformHere = terraformWith({ ...env, ...(await attachedProvider(test, env)) })
  const folder = test.testdir({ 'main.tf': configuration })
  const made = new Set<string>()
  let isInitialized = false
  return {
    endpoint: moto.endpoint,
    async write(kees, loose) {
      for (const { role } of [...kees, ...loose]) {
        if (role === undefined || made.has(role.name)) continue
        const named = { RoleName: role.name, AssumeRolePolicyDocument: '{}' }
        await callIam(moto.endpoint, { Action: 'CreateRole', ...named })
        made.add(role.name)
      }
      await writeFiles(join(folder, 'kees'), renderModule(kees, kmsKeys))
      await writeFiles(join(folder, 'loose'), loosened(renderModule(loose)))
      if (!isInitialized) await runTerraform(folder, 'init', `-plugin-dir=${terraformAwsPluginDir().path}`)
      isInitialized = true
    },
    async plan(...variables) {
      const text = await terraformHere(folder, 'plan', '-refresh=false', '-out=plan', ...variables)
      const changes = resourceChangesIn(await terraformHere(folder, 'show', '-json', 'plan'))
      const graph = parsePlanGraph(await terraformHere(folder, 'graph', '-plan=plan'))
      const of = (module: string) => changes.filter((one) => one.module_address === `module.${module}`)
      return { text, graph, kees: of('kees'), loose: of('loose') }
    },
    async apply(...args) {
      const seen = iam.changes.length
      await terraformHere(folder, 'apply', ...(args.length === 0 ? ['plan'] : args))
      return iam.changes.slice(seen)
    },
  }
}

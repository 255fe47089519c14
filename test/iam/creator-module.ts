/** The Terraform module of the creator's role, and what the creator asks of AWS. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { IamRequest } from './iam-judge.ts'
import { root } from '../programs/programs.ts'
import { runTerraform, writeFiles } from './run-terraform.ts'

export const creatorModule = join(root, 'install', 'creator', 'terraform')
/** The account is moto's own. */
export const place = { region: 'eu-west-1', account: '123456789012' }
export const parameter = (name: string) => `arn:aws:ssm:${place.region}:${place.account}:parameter${name}`
export const key = `arn:aws:kms:${place.region}:${place.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`

/** A request as the creator's SDK sends it, always with Overwrite. */
export const put = (
  name: string,
  context: IamRequest['context'] = { 'ssm:Overwrite': 'false' },
): IamRequest => ({
  action: 'ssm:PutParameter',
  resource: parameter(name),
  context,
})
export const get = (name: string): IamRequest => ({ action: 'ssm:GetParameters', resource: parameter(name) })
/** As SSM uses a key for its caller. */
export const useKey = (verb: string, name: string, more: IamRequest['context'] = {}): IamRequest => ({
  action: `kms:${verb}`,
  resource: key,
  context: {
    'kms:EncryptionContext:PARAMETER_ARN': parameter(name),
    'kms:ViaService': `ssm.${place.region}.amazonaws.com`,
    ...more,
  },
})

/** The files that need no provider, so that they are evaluated without one. */
export async function justThePolicy(folder: string): Promise<string> {
  for (const file of ['variables.tf', 'policy.tf', 'trust.tf'])
    cpSync(join(creatorModule, file), join(folder, file))
  await writeFiles(folder, [['outputs.tf', 'output "policy" {\n  value = local.policy\n}\n']])
  return folder
}

export async function policyOf(folder: string, list: readonly string[]): Promise<unknown> {
  await runTerraform(folder, 'apply', '-auto-approve', await variablesIn(folder, { prefixes: list }))
  return JSON.parse(JSON.parse(await runTerraform(folder, 'output', '-json', 'policy')))
}

/** The variables that it requires. */
export const ofModule = {
  aws_region: place.region,
  aws_account_id: place.account,
  prefixes: ['/prod'],
} as const

/** As a file, in which no text means anything to terraform. */
export async function variablesIn(
  folder: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  const all = { ...ofModule, ...variables }
  await writeFiles(folder, [['test.tfvars.json', JSON.stringify(all)]])
  return '-var-file=test.tfvars.json'
}

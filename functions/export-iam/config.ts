import type { Diagnostic } from '../../api/diagnostic.ts'
import { isDnsSubdomain } from '../workload/dns-subdomain.ts'
import { booleanOption, choiceOption, type GivenOptions, readOptions, textOption } from '../krm/options.ts'
import { type KmsKeys, kmsKeysOption } from './kms-keys.ts'
import { type AccountRole, rolesOption } from './roles-option.ts'
import { takeWorkloadConfig, type WorkloadConfig, workloadOptions } from '../workload/workload-options.ts'

export const exportOptions = {
  name: textOption('the name of the ConfigMap that holds the module', 'terraform', (text) =>
    isDnsSubdomain(text) ? undefined : { message: 'is not a valid name of a ConfigMap' },
  ),
  output: choiceOption(
    'append the ConfigMap to the items (kpt), or emit it alone (kustomize)',
    ['append', 'only'],
    'append',
  ),
  format: choiceOption(
    'a Terraform module, or the IAM documents in JSON, which needs region and account',
    ['terraform', 'json'],
    'terraform',
  ),
  roles: rolesOption,
  kmsKeys: kmsKeysOption,
  account: {
    ...textOption('the account to export for, where the roles are of several; 12 digits', '', (text) =>
      text === '' || /^[0-9]{12}$/.test(text)
        ? undefined
        : { message: 'is not an AWS account ID: 12 digits are allowed' },
    ),
    defaultText: 'the one of the roles',
  },
  region: {
    ...textOption('the region of the parameters, for format json and to judge kmsKeys', '', (text) =>
      text === '' || /^[a-z]+(-[a-z]+)+-[0-9]+$/.test(text)
        ? undefined
        : { message: 'is not a region such as eu-west-1' },
    ),
    defaultText: 'none',
  },
  partition: {
    ...textOption('the partition of the parameters, for format json', '', (text) =>
      text === '' || /^aws(-[a-z]+)*$/.test(text)
        ? undefined
        : { message: 'is not a partition such as aws or aws-cn' },
    ),
    defaultText: 'the one of the roles, or aws',
  },
  allowUninjected: booleanOption('accept annotated workloads that inject-init has not seen'),
  ...workloadOptions,
}

export type ExportConfig = WorkloadConfig & {
  readonly name: string
  readonly output: 'append' | 'only'
  readonly format: 'terraform' | 'json'
  readonly roles: readonly AccountRole[]
  readonly kmsKeys: KmsKeys
  /** Empty: the one of the roles. */
  readonly account: string
  /** Empty: not known. */
  readonly region: string
  /** Empty: the one of the roles, or `aws`. */
  readonly partition: string
  readonly allowUninjected: boolean
}

export function parseExportConfig(options: GivenOptions): {
  readonly config: ExportConfig
  readonly diagnostics: readonly Diagnostic[]
} {
  const reader = readOptions(options, Object.keys(exportOptions))
  const { take, diagnostics } = reader
  const config: ExportConfig = {
    name: take('name', exportOptions.name),
    output: take('output', exportOptions.output),
    format: take('format', exportOptions.format),
    roles: take('roles', exportOptions.roles),
    kmsKeys: take('kmsKeys', exportOptions.kmsKeys),
    account: take('account', exportOptions.account),
    region: take('region', exportOptions.region),
    partition: take('partition', exportOptions.partition),
    allowUninjected: take('allowUninjected', exportOptions.allowUninjected),
    ...takeWorkloadConfig(reader),
  }
  return { config, diagnostics }
}

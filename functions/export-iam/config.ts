import type { Checked } from '../../api/checked.ts'
import { booleanOption, choiceOption, type GivenOption, readOptions, textOption } from '../options.ts'
import { type KmsKeys, kmsKeysOption } from './kms-keys.ts'
import { type AccountRole, rolesOption } from './roles-option.ts'
import type { Value } from '../source-value.ts'
import { takeWorkloadConfig, type WorkloadConfig, workloadOptions } from '../workload-options.ts'

export const exportOptions = {
  name: textOption('the name of the ConfigMap that holds the module', 'terraform', (text) =>
    /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(text) ? undefined : 'is not a name of a ConfigMap',
  ),
  output: choiceOption(
    'append the ConfigMap to the items (kpt), or emit it alone (kustomize)',
    ['append', 'only'],
    'append',
  ),
  roles: rolesOption,
  kmsKeys: kmsKeysOption,
  account: {
    ...textOption('the account to export for, where the roles are of several; 12 digits', '', (text) =>
      text === '' || /^[0-9]{12}$/.test(text) ? undefined : 'is not an account: 12 digits are allowed',
    ),
    defaultText: 'the one of the roles',
  },
  allowUninjected: booleanOption('accept annotated workloads that inject-init has not seen'),
  ...workloadOptions,
}

export type ExportConfig = WorkloadConfig & {
  readonly name: string
  readonly output: 'append' | 'only'
  readonly roles: readonly AccountRole[]
  readonly kmsKeys: KmsKeys
  /** Empty: the one of the roles. */
  readonly account: string
  readonly allowUninjected: boolean
}

export function parseExportConfig(
  given: readonly GivenOption[],
  parseYaml?: (text: string) => Checked<Value>,
): { readonly config: ExportConfig; readonly problems: readonly string[] } {
  const { take, problems } = readOptions(given, Object.keys(exportOptions), parseYaml)
  const config: ExportConfig = {
    name: take('name', exportOptions.name),
    output: take('output', exportOptions.output),
    roles: take('roles', exportOptions.roles),
    kmsKeys: take('kmsKeys', exportOptions.kmsKeys),
    account: take('account', exportOptions.account),
    allowUninjected: take('allowUninjected', exportOptions.allowUninjected),
    ...takeWorkloadConfig(take),
  }
  return { config, problems }
}

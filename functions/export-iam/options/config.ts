/** The options of export-iam, and the type of the configuration that they give. */
import {
  booleanOption,
  type ConfigOf,
  type GivenOptions,
  option,
  type OptionUse,
  type ParsedConfig,
  parseOptions,
} from '../../krm/options/options.ts'
import { dnsSubdomainPattern } from '../../workload/dns-subdomain.ts'
import { workloadOptions } from '../../workload/workload-options.ts'
import { kmsKeysOption } from './kms-keys.ts'
import { rolesOption } from './roles-option.ts'

export const exportOptions = {
  name: option({
    meaning: 'the name of the ConfigMap that holds the module',
    default: 'terraform',
    schema: {
      type: 'string',
      pattern: `^${dnsSubdomainPattern}$`,
      patternErrorMessage: 'is not the name of a ConfigMap',
    },
  }),
  output: option({
    meaning: 'append the ConfigMap to the items (kpt), or emit only the ConfigMap (kustomize)',
    default: 'append',
    schema: { enum: ['append', 'only'] },
  }),
  format: option({
    meaning: 'a Terraform module, or the IAM documents in JSON, which needs region and account',
    default: 'terraform',
    schema: { enum: ['terraform', 'json'] },
  }),
  roles: rolesOption,
  kmsKeys: kmsKeysOption,
  /** Empty: the one of the roles. */
  account: option({
    meaning: 'the account to export for, if the roles belong to several; 12 digits',
    default: '',
    defaultText: 'the account of the roles',
    schema: {
      type: 'string',
      pattern: '^([0-9]{12})?$',
      patternErrorMessage: 'is not an AWS account ID: it must have 12 digits',
    },
  }),
  /** Empty: unknown. */
  region: option({
    meaning: 'the region of the parameters, for format json and to check kmsKeys',
    default: '',
    defaultText: 'none',
    schema: {
      type: 'string',
      pattern: '^([a-z]+(-[a-z]+)+-[0-9]+)?$',
      patternErrorMessage: 'is not a region such as eu-west-1',
    },
  }),
  /** Empty: the one of the roles, or `aws`. */
  partition: option({
    meaning: 'the partition of the parameters, for format json',
    default: '',
    defaultText: 'the partition of the roles, or of the region',
    schema: {
      type: 'string',
      pattern: '^(aws(-[a-z]+)*)?$',
      patternErrorMessage: 'is not a partition such as aws or aws-cn',
    },
  }),
  allowUninjected: booleanOption('accept annotated workloads that inject-init has not injected'),
  ...workloadOptions,
}

export type ExportConfig = ConfigOf<typeof exportOptions> & OptionUse

export function parseExportConfig(options: GivenOptions): ParsedConfig<ExportConfig> {
  return parseOptions<ConfigOf<typeof exportOptions>>(exportOptions, options)
}

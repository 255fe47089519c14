/**
 * policies.tf: what a security reviewer reads. The grants come first, one parameter or secret a line; the rest is the same for
 * all grants. It holds variables and locals only, so terraform evaluates it without any provider.
 */
import { formatDocuments } from './documents-tf.ts'
import { checkGrant, type Grant } from '../grants/grant.ts'
import { formatHclString } from './hcl-string.ts'
import { checkKmsKeys, type KmsKeys } from '../options/kms-keys.ts'
import { formatDocumentsWithSecrets, secretsSuffix } from './secret-documents-tf.ts'

/** @param grants as collectGrants returns them; one that could not have come from there throws. */
export function formatPolicies(grants: readonly Grant[], kmsKeys: KmsKeys): string {
  const keys = new Set(grants.map(({ key }) => key))
  if (keys.size !== grants.length) throw new Error('two grants have one key')
  checkKmsKeys(kmsKeys)
  const documents = grants.some(({ secrets }) => secrets.length > 0)
    ? formatDocumentsWithSecrets(kmsKeys)
    : formatDocuments(kmsKeys)
  return `${formatGrants(grants)}\n${documents}${variables}`
}

function formatGrants(grants: readonly Grant[]): string {
  if (grants.length === 0) return 'locals {\n  grants = {}\n}\n'
  return `locals {\n  grants = {\n${grants.map(formatGrant).join('\n')}  }\n}\n`
}

function formatGrant(grant: Grant): string {
  checkGrant(grant)
  const { key, policyName, role, parts } = grant
  const lists = parts.flatMap(({ parameters, secrets }, index) => [
    formatList(`part${index + 1}`, parameters),
    formatList(`part${index + 1}${secretsSuffix}`, secrets),
  ])
  return `\
    ${formatHclString(key)} = {
      policy_name = ${formatHclString(policyName)}
      role        = ${role === undefined ? 'null' : formatHclString(role.name)}
${lists.join('')}    }
`
}

/** A part that the hash left empty has no policy. */
function formatList(list: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  return `      ${list} = [\n${names.map((one) => `        ${formatHclString(one)},\n`).join('')}      ]\n`
}

const variables = `\
  parameter_arn = "arn:\${var.aws_partition}:ssm:\${var.aws_region}:\${var.aws_account_id}:parameter"
}

variable "aws_region" {
  description = "The region of the parameters."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+-[0-9]+$", var.aws_region))
    error_message = "The region must be one such as eu-west-1."
  }
}

variable "aws_account_id" {
  description = "The account of the parameters and of the roles."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.aws_account_id))
    error_message = "The account must be 12 digits."
  }
}

variable "aws_partition" {
  description = "The partition of the account, such as aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = can(regex("^aws(-[a-z]+)*$", var.aws_partition))
    error_message = "The partition must be aws or begin with aws-."
  }
}

variable "name_prefix" {
  description = "The prefix of the names of the policies, which must be unique in the account, across all regions."
  type        = string
  default     = "kees-"
  nullable    = false

  validation {
    condition     = can(regex("^[\\\\w+=,.@-]{0,32}$", var.name_prefix))
    error_message = "The prefix must be at most 32 letters, digits and _+=,.@- characters."
  }
}

variable "path" {
  description = "The IAM path of the policies."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([\\\\w+=,.@-]+/)*$", var.path)) && length(var.path) <= 512
    error_message = "The path must begin and end with a slash and have at most 512 characters."
  }
}

variable "tags" {
  description = "The tags of the policies."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "attach" {
  description = "Whether the policies are attached to their roles."
  type        = bool
  default     = true
  nullable    = false
}

variable "role_names" {
  description = "Names of roles to attach the policies to instead, by the keys of the grants. If this configuration creates a role, pass its name attribute, so that Terraform creates the role first."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in values(var.role_names) : can(regex("^[\\\\w+=,.@-]{1,64}$", name))])
    error_message = "The values must be names of roles, not ARNs."
  }
}
`

/**
 * policies.tf: what a security reviewer reads. The grants come first, one parameter a line; the rest is the same for
 * all grants. It holds variables and locals only, so terraform evaluates it without any provider.
 */
import { defaultDomains, partitions } from '../../api/aws-partitions.ts'
import { checkGrant, type Grant } from './grant.ts'
import { formatHclString } from './hcl-string.ts'
import { checkKmsKeys, type KmsKeys } from './kms-keys.ts'
import {
  action,
  contextKey,
  decryptAction,
  decryptStatementId,
  statementId,
  viaServiceKey,
} from './policy.ts'
import { partNames } from './split-policy.ts'

/** @param grants as collectGrants returns them; one that could not have come from there throws. */
export function formatPolicies(grants: readonly Grant[], kmsKeys: KmsKeys): string {
  const keys = new Set(grants.map(({ key }) => key))
  if (keys.size !== grants.length) throw new Error('two grants have one key')
  checkKmsKeys(kmsKeys)
  const documents =
    kmsKeys.length === 0 ? plainDocuments : `${formatKmsKeys(kmsKeys)}\n${decryptingDocuments}`
  return `${formatGrants(grants)}\n${documents}${variables}`
}

function formatGrants(grants: readonly Grant[]): string {
  if (grants.length === 0) return 'locals {\n  grants = {}\n}\n'
  return `locals {\n  grants = {\n${grants.map(formatGrant).join('\n')}  }\n}\n`
}

function formatGrant(grant: Grant): string {
  checkGrant(grant)
  const { key, policyName, role, parts } = grant
  const lists = parts.map((part, index) => formatPart(`part${index + 1}`, part))
  return `\
    ${formatHclString(key)} = {
      policy_name = ${formatHclString(policyName)}
      role        = ${role === undefined ? 'null' : formatHclString(role.name)}
${lists.join('')}    }
`
}

/** A part that the hash left empty has no policy. */
function formatPart(name: string, parameters: readonly string[]): string {
  if (parameters.length === 0) return ''
  return `      ${name} = [\n${parameters.map((one) => `        ${formatHclString(one)},\n`).join('')}      ]\n`
}

function formatKmsKeys(kmsKeys: KmsKeys): string {
  const lines = kmsKeys.map(({ prefix, arn }) => {
    const whole = prefix === '/' ? prefix : `${prefix}/`
    return `    { prefix = ${formatHclString(whole)}, arn = ${formatHclString(arn)} },\n`
  })
  return `\
# Customer managed keys. The first prefix that matches the name of a parameter applies.
locals {
  kms_keys = [
${lines.join('')}  ]
}
`
}

const getStatement = `\
          Sid      = "${statementId}"
          Effect   = "Allow"
          Action   = "${action}"
          Resource = [for name in grant[part] : "\${local.parameter_arn}\${name}"]
`
const partsLocal = `  parts         = [${partNames.map((name) => `"${name}"`).join(', ')}]\n`

const plainDocuments = `\
# One IAM policy document for each part of each grant. It allows only this action on only these parameters.
locals {
  documents = {
    for part in local.parts : part => {
      for key, grant in local.grants : key => {
        Version = "2012-10-17"
        Statement = [{
${getStatement}        }]
      } if can(grant[part])
    }
  }

${partsLocal}`

const suffixes = partitions
  .map(({ name, dnsSuffix }) => `    ${`"${name}"`.padEnd(11)} = "${dnsSuffix}"\n`)
  .join('')

const decryptingDocuments = `\
# One IAM policy document for each part of each grant. It allows only this action on only these parameters, and their
# decryption through SSM with their own key.
locals {
  documents = {
    for part in local.parts : part => {
      for key, grant in local.grants : key => {
        Version = "2012-10-17"
        Statement = concat(
          [{
${getStatement.replaceAll(/^/gm, '  ').replace(/ +$/, '')}          }],
          [for index, arn in distinct(local.kms_keys[*].arn) : {
            Sid      = "${decryptStatementId}\${index + 1}"
            Effect   = "Allow"
            Action   = "${decryptAction}"
            Resource = arn
            Condition = {
              StringEquals = {
                "${contextKey}" = [
                  for name in grant[part] : "\${local.parameter_arn}\${name}" if local.kms_key_of[name] == arn
                ]
                "${viaServiceKey}" = "ssm.\${var.aws_region}.\${lookup(local.dns_suffixes, var.aws_partition, "${defaultDomains.dnsSuffix}")}"
              }
            }
          } if contains([for name in grant[part] : local.kms_key_of[name]], arn)]
        )
      } if can(grant[part])
    }
  }

  kms_key_of = {
    for name in distinct(flatten([for grant in local.grants : [for part in local.parts : try(grant[part], [])]])) :
    name => try([for key in local.kms_keys : key.arn if startswith("\${name}/", key.prefix)][0], "")
  }

  dns_suffixes = {
${suffixes}  }

${partsLocal}`

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

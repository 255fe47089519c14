/** The part of policies.tf that makes IAM documents of the names: policyDocument in Terraform. This one is for grants without secrets. */
import { defaultDomains, partitions } from '../../../api/aws-partitions.ts'
import { formatHclString } from './hcl-string.ts'
import { isOfPrefix, type KmsKeys } from '../options/kms-keys.ts'
import {
  action,
  contextKey,
  decryptAction,
  decryptStatementId,
  statementId,
  viaServiceKey,
} from '../grants/policy.ts'
import { partNames } from '../grants/split-policy.ts'

export function formatDocuments(kmsKeys: KmsKeys): string {
  const keys = formatKmsKeys(kmsKeys)
  return keys === '' ? plainDocuments : `${keys}\n${decryptingDocuments}`
}

/** Empty where no prefix has a key. */
export function formatKmsKeys(kmsKeys: KmsKeys): string {
  const lines = kmsKeys.filter(isOfPrefix).map(({ prefix, arn }) => {
    const whole = prefix === '/' ? prefix : `${prefix}/`
    return `    { prefix = ${formatHclString(whole)}, arn = ${formatHclString(arn)} },\n`
  })
  if (lines.length === 0) return ''
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
export const partsLocal = `  parts         = [${partNames.map((name) => `"${name}"`).join(', ')}]\n`

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

export const dnsSuffixes = `\
  dns_suffixes = {
${partitions.map(({ name, dnsSuffix }) => `    ${`"${name}"`.padEnd(11)} = "${dnsSuffix}"\n`).join('')}  }
`

/** Of AWS services, as in kms:ViaService. */
export function viaService(service: string): string {
  return `"${service}.\${var.aws_region}.\${lookup(local.dns_suffixes, var.aws_partition, "${defaultDomains.dnsSuffix}")}"`
}

export const kmsKeyOf = `\
  kms_key_of = {
    for name in distinct(flatten([for grant in local.grants : [for part in local.parts : try(grant[part], [])]])) :
    name => try([for key in local.kms_keys : key.arn if startswith("\${name}/", key.prefix)][0], "")
  }
`

/** @param names of the part, in Terraform. */
export function decryptParameters(names: string): string {
  return `\
          [for index, arn in distinct(local.kms_keys[*].arn) : {
            Sid      = "${decryptStatementId}\${index + 1}"
            Effect   = "Allow"
            Action   = "${decryptAction}"
            Resource = arn
            Condition = {
              StringEquals = {
                "${contextKey}" = [
                  for name in ${names} : "\${local.parameter_arn}\${name}" if local.kms_key_of[name] == arn
                ]
                "${viaServiceKey}" = ${viaService('ssm')}
              }
            }
          } if contains([for name in ${names} : local.kms_key_of[name]], arn)]`
}

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
${decryptParameters('grant[part]')}
        )
      } if can(grant[part])
    }
  }

${kmsKeyOf}
${dnsSuffixes}
${partsLocal}`

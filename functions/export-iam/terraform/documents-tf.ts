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

const plainDocuments = formatBlock({
  comment: [
    'One IAM policy document for each part of each grant. It allows only this action on only these parameters.',
  ],
  statement: `[{\n${getStatement}        }]`,
  isThere: 'can(grant[part])',
  locals: [partsLocal],
})

/** A document for each part of each grant. @param statement and isThere: of `grant[part]`, in Terraform. */
export function formatBlock(block: {
  readonly comment: readonly string[]
  readonly statement: string
  readonly isThere: string
  readonly locals: readonly string[]
}): string {
  return `\
${block.comment.map((line) => `# ${line}\n`).join('')}locals {
  documents = {
    for part in local.parts : part => {
      for key, grant in local.grants : key => {
        Version = "2012-10-17"
        Statement = ${block.statement}
      } if ${block.isThere}
    }
  }

${block.locals.join('\n')}`
}

/** One value of `Statement` of several lists of statements. */
export function concat(lists: readonly string[]): string {
  return `concat(\n${lists.join(',\n')}\n        )`
}

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
  return formatDecrypt(
    { sid: decryptStatementId, keys: 'kms_keys', keyOf: 'kms_key_of', names },
    `\
              StringEquals = {
                "${contextKey}" = [
                  for name in ${names} : "\${local.parameter_arn}\${name}" if local.kms_key_of[name] == arn
                ]
                "${viaServiceKey}" = ${viaService('ssm')}
              }
`,
  )
}

/**
 * A statement for each key. @param of: the local with the keys, the one with the key of each name, and the names of the part, in
 * Terraform.
 */
export function formatDecrypt(
  of: { readonly sid: string; readonly keys: string; readonly keyOf: string; readonly names: string },
  condition: string,
): string {
  return `\
          [for index, arn in distinct(local.${of.keys}[*].arn) : {
            Sid      = "${of.sid}\${index + 1}"
            Effect   = "Allow"
            Action   = "${decryptAction}"
            Resource = arn
            Condition = {
${condition}            }
          } if contains([for name in ${of.names} : local.${of.keyOf}[name]], arn)]`
}

const decryptingDocuments = formatBlock({
  comment: [
    'One IAM policy document for each part of each grant. It allows only this action on only these parameters, and their',
    'decryption through SSM with their own key.',
  ],
  statement: concat([
    `          [{\n${getStatement.replaceAll(/^/gm, '  ').replace(/ +$/, '')}          }]`,
    decryptParameters('grant[part]'),
  ]),
  isThere: 'can(grant[part])',
  locals: [kmsKeyOf, dnsSuffixes, partsLocal],
})

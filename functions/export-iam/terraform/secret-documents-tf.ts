/**
 * The same part of policies.tf where a grant has secrets of Secrets Manager. Without one, policies.tf has no word of them
 * (docs/adr): so it stays the same for those who use Parameter Store alone.
 */
import {
  concat,
  decryptParameters,
  dnsSuffixes,
  formatBlock,
  formatDecrypt,
  formatKmsKeys,
  kmsKeyOf,
  partsLocal,
  viaService,
} from './documents-tf.ts'
import { formatHclString } from './hcl-string.ts'
import { isOfSecret, type KmsKeys } from '../options/kms-keys.ts'
import {
  action,
  anySuffix,
  decryptSecretStatementId,
  secretAction,
  secretContextKey,
  secretStatementId,
  statementId,
  viaServiceKey,
} from '../grants/policy.ts'

/** Follows the name of a part in the name of its list of secrets. */
export const secretsSuffix = '_secrets'

export function formatDocumentsWithSecrets(kmsKeys: KmsKeys): string {
  const [keys, secretKeys] = [formatKmsKeys(kmsKeys), formatSecretKeys(kmsKeys)]
  const statements = [
    getParameters,
    getSecrets,
    ...(keys === '' ? [] : [decryptParameters(parameters)]),
    ...(secretKeys === '' ? [] : [decryptSecrets]),
  ]
  const locals = [
    ...(keys === '' ? [] : [kmsKeyOf]),
    ...(secretKeys === '' ? [] : [secretKeyOf]),
    ...(keys + secretKeys === '' ? [] : [dnsSuffixes]),
    `${partsLocal}${secretArn}`,
  ]
  const documents = formatBlock({
    comment: [
      'One IAM policy document for each part of each grant. It allows only these actions on only these parameters and secrets.',
    ],
    statement: concat(statements),
    isThere: `can(grant[part]) || can(grant["\${part}${secretsSuffix}"])`,
    locals,
  })
  return [keys, secretKeys, documents].filter((one) => one !== '').join('\n')
}

function formatSecretKeys(kmsKeys: KmsKeys): string {
  const lines = kmsKeys
    .filter(isOfSecret)
    .map(({ secret, arn }) => `    { secret = ${formatHclString(secret)}, arn = ${formatHclString(arn)} },\n`)
  if (lines.length === 0) return ''
  return `\
# Customer managed keys of secrets.
locals {
  secret_kms_keys = [
${lines.join('')}  ]
}
`
}

const parameters = 'try(grant[part], [])'
const secrets = `try(grant["\${part}${secretsSuffix}"], [])`
const secretArn = `\
  secret_arn    = "arn:\${var.aws_partition}:secretsmanager:\${var.aws_region}:\${var.aws_account_id}:secret:"
`

const getParameters = `\
          [for names in [${parameters}] : {
            Sid      = "${statementId}"
            Effect   = "Allow"
            Action   = "${action}"
            Resource = [for name in names : "\${local.parameter_arn}\${name}"]
          } if length(names) > 0]`

const getSecrets = `\
          [for names in [${secrets}] : {
            # In its ARN, a hyphen and six random characters follow the name of a secret, which AWS chooses when the secret is created.
            # "${anySuffix}" matches these seven and nothing else: an ARN of that length in which the same name comes before them is
            # that of this secret.
            Sid      = "${secretStatementId}"
            Effect   = "Allow"
            Action   = "${secretAction}"
            Resource = [for name in names : "\${local.secret_arn}\${name}${anySuffix}"]
          } if length(names) > 0]`

const decryptSecrets = formatDecrypt(
  { sid: decryptSecretStatementId, keys: 'secret_kms_keys', keyOf: 'secret_kms_key_of', names: secrets },
  `\
              StringEquals = {
                "${viaServiceKey}" = ${viaService('secretsmanager')}
              }
              StringLike = {
                "${secretContextKey}" = [
                  for name in ${secrets} : "\${local.secret_arn}\${name}${anySuffix}" if local.secret_kms_key_of[name] == arn
                ]
              }
`,
)

const secretKeyOf = `\
  secret_kms_key_of = {
    for name in distinct(flatten([for grant in local.grants : [for part in local.parts : ${secrets}]])) :
    name => try([for key in local.secret_kms_keys : key.arn if key.secret == name][0], "")
  }
`

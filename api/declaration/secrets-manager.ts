/**
 * Names in AWS Secrets Manager. AWS chooses some of them (`rds!cluster-…`), so they have rules of their own, and no storage-prefix.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
import type { Diagnostic } from '../diagnostic.ts'

const namePattern = /^[A-Za-z0-9/_+=.@!-]{1,512}$/
const versionPattern = /^[A-Za-z0-9-]{32,64}$/

export function validateSecretName(name: string): Diagnostic | undefined {
  if (namePattern.test(name)) return undefined
  const message =
    'must be the name of a secret: 1 to 512 letters, digits and "/", "_", "+", "=", ".", "@", "!", "-"'
  return name.startsWith('arn:')
    ? {
        message,
        hint: 'write the name: what the ARN has after ":secret:", without the hyphen and the six characters at its end',
      }
    : { message }
}

export function validateStagingLabel(label: string): Diagnostic | undefined {
  // In the function: V8 reads the classes of characters where the pattern is made, which takes long.
  const isLabel = /^[^\p{Cc}\p{Cs}]{1,256}$/u.test(label)
  return isLabel ? undefined : { message: 'must be a staging label of 1 to 256 characters' }
}

export function validateVersionId(id: string): Diagnostic | undefined {
  if (versionPattern.test(id)) return undefined
  return { message: 'must be a version ID of Secrets Manager: 32 to 64 letters, digits and "-"' }
}

/**
 * What Secrets Manager answers, implemented from AWS's documentation:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html and API_DescribeSecret.html
 */
import { type AwsError, validation } from './aws-error.ts'
import type { FakeAnswer, Right } from './operation.ts'
import type { StoredSecrets } from './stored-secrets.ts'

type Input = Readonly<Record<string, unknown>>

type SecretContext = {
  readonly secrets: StoredSecrets
  /** The error for a denied permission. */
  readonly refuse: (right: Omit<Right, 'accessKeyId'>) => AwsError | undefined
}

export function getSecretValue(input: Input, { secrets, refuse }: SecretContext): FakeAnswer {
  const wrong = inputError(input, ['SecretId', 'VersionId', 'VersionStage'])
  if (wrong) return { error: wrong }
  const { SecretId, VersionId: id, VersionStage: stage } = input
  const name = String(SecretId)
  const denied = refuse({ action: 'secretsmanager:GetSecretValue', name })
  if (denied) return { error: denied }
  const secret = secrets.read(name)
  if (secret === undefined) return notFound('.')
  if (secret.deletedAt !== undefined) return { error: markedForDeletion }
  const label = stage ?? (id === undefined ? 'AWSCURRENT' : undefined)
  const version = secret.versions.find(
    (one) =>
      (id === undefined || one.id === id) &&
      (label === undefined || one.labels.some((other) => other === label)),
  )
  if (version === undefined) {
    const which = label === undefined ? `VersionId: ${String(id)}` : `staging label: ${JSON.stringify(label)}`
    return notFound(` value for ${which}`)
  }
  const locked = refuse({ action: 'kms:Decrypt', name, of: 'secret' })
  if (locked) return { error: { type: locked.type, message: 'Access to KMS is not allowed' } }
  const { content } = version
  return {
    output: {
      ARN: secret.arn,
      Name: name,
      VersionId: version.id,
      ...(typeof content === 'string'
        ? { SecretString: content }
        : { SecretBinary: content.toString('base64') }),
      VersionStages: version.labels,
    },
  }
}

/** It needs no key: the value is not decrypted. */
export function describeSecret(input: Input, { secrets, refuse }: SecretContext): FakeAnswer {
  const wrong = inputError(input, ['SecretId'])
  if (wrong) return { error: wrong }
  const name = String(input['SecretId'])
  const denied = refuse({ action: 'secretsmanager:DescribeSecret', name })
  if (denied) return { error: denied }
  const secret = secrets.read(name)
  if (secret === undefined) return notFound('.')
  return {
    output: {
      ARN: secret.arn,
      Name: name,
      ...(secret.deletedAt === undefined ? {} : { DeletedDate: secret.deletedAt / 1000 }),
      VersionIdsToStages: Object.fromEntries(
        secret.versions.flatMap(({ id, labels }) => (labels.length === 0 ? [] : [[id, labels]])),
      ),
    },
  }
}

function notFound(what: string): FakeAnswer {
  const message = `Secrets Manager can't find the specified secret${what}`
  return { error: { type: 'ResourceNotFoundException', message } }
}

const markedForDeletion: AwsError = {
  type: 'InvalidRequestException',
  message: "You can't perform this operation on the secret because it was marked for deletion.",
}

function inputError(input: Input, known: readonly string[]): AwsError | undefined {
  const { SecretId: name, VersionId: id, VersionStage: stage } = input
  if (Object.keys(input).some((key) => !known.includes(key))) return validation('Unknown member')
  if (typeof name !== 'string' || !/^[A-Za-z0-9/_+=.@!-]{1,512}$/.test(name)) {
    return validation(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    )
  }
  if (id !== undefined && (typeof id !== 'string' || id.length < 32 || id.length > 64)) {
    return validation("Value at 'versionId' failed to satisfy constraint: length from 32 to 64")
  }
  if (stage !== undefined && (typeof stage !== 'string' || stage.length < 1 || stage.length > 256)) {
    return validation("Value at 'versionStage' failed to satisfy constraint: length from 1 to 256")
  }
  return undefined
}

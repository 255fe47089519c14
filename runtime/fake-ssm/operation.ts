import type { AwsError } from './aws-error.ts'
import type { StoredParameters } from './stored-parameters.ts'

/** A permission that a call needs, on one parameter or secret. */
export type Right = {
  readonly action:
    | 'ssm:GetParameters'
    | 'ssm:PutParameter'
    | 'secretsmanager:GetSecretValue'
    | 'secretsmanager:DescribeSecret'
    | 'kms:Decrypt'
    | 'kms:Encrypt'
    | 'kms:GenerateDataKey'
  /** As requested, without its selector, which IAM does not see. */
  readonly name: string
  /** Whether it is the name of a secret; the action does not tell where it is one of KMS. */
  readonly of?: 'secret'
  /** The access key of the caller; `''` for an unsigned call. */
  readonly accessKeyId: string
}

export type FakeAnswer = { readonly output: Readonly<Record<string, unknown>> } | { readonly error: AwsError }

/** What an operation can use of the store. */
export type Context = {
  readonly limit: number
  readonly stored: StoredParameters
  readonly arnPrefix: string
  readonly accessKeyId: string
  /** The error for a denied permission. */
  readonly refuse: (right: Omit<Right, 'accessKeyId'>) => AwsError | undefined
}

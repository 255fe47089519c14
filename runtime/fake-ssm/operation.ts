import type { AwsError } from './aws-error.ts'
import type { StoredParameters } from './stored-parameters.ts'

/** A right that a call needs, on one parameter. */
export type Right = {
  readonly action:
    'ssm:GetParameters' | 'ssm:PutParameter' | 'kms:Decrypt' | 'kms:Encrypt' | 'kms:GenerateDataKey'
  /** As it was asked for, without its selector: IAM does not see that. */
  readonly name: string
  /** Whose call it is; `''` where it was not signed. */
  readonly accessKeyId: string
}

export type FakeAnswer = { readonly output: Readonly<Record<string, unknown>> } | { readonly error: AwsError }

/** What an operation has of the store around it. */
export type Context = {
  readonly limit: number
  readonly stored: StoredParameters
  readonly arnPrefix: string
  readonly accessKeyId: string
  /** The error of a right that is denied. */
  readonly refuse: (right: Omit<Right, 'accessKeyId'>) => AwsError | undefined
}

/** The hints for errors of AWS, by their names, in the words of AWS's documentation. */
import type { AwsOperation } from './aws-operation.ts'

const hints: Readonly<Record<string, string>> = {
  InvalidKeyId: 'enable the KMS key or cancel its deletion, or store the value again with another key',
  HierarchyTypeMismatchException:
    'the type of a parameter cannot change: delete it and store it again, as a SecureString',
  ParameterLimitExceeded: 'the account has no parameters left: delete some, or allow advanced parameters',
  ParameterMaxVersionLimitExceeded:
    'the oldest of its 100 versions has a label: move the label to another version',
  ParameterPatternMismatchException: 'the parameter has an AllowedPattern, which the value does not match',
  RegionDisabledException: 'activate STS for the region in the IAM console, or set AWS_ENDPOINT_URL_STS',
  OptInRequired: 'enable the region for the account',
}

export function awsHint(name: string, operation: AwsOperation): string | undefined {
  if (operation === 'PutParameter' && name === 'ValidationException') {
    return 'a value must not contain {{ and }}, and has at most 4 KB, or 8 KB in the advanced tier'
  }
  if (operation === 'PutParameter' && name === 'InvalidKeyId') {
    return 'enable the KMS key or cancel its deletion, or set KMS_KEY_ID to another key'
  }
  return Object.hasOwn(hints, name) ? hints[name] : undefined
}

export const regionHint = 'set AWS_REGION'

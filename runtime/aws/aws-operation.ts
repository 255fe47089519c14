/** Each operation that kees calls, with its service. */
export const services = {
  GetParameters: 'SSM',
  PutParameter: 'SSM',
  DescribeParameters: 'SSM',
  GetSecretValue: 'Secrets Manager',
  DescribeSecret: 'Secrets Manager',
  AssumeRoleWithWebIdentity: 'STS',
  GetCallerIdentity: 'STS',
  GetRole: 'IAM',
  ListRolePolicies: 'IAM',
  GetRolePolicy: 'IAM',
  ListAttachedRolePolicies: 'IAM',
  GetPolicy: 'IAM',
  GetPolicyVersion: 'IAM',
} as const

export type AwsOperation = keyof typeof services

/** Those that are read with AWS's query protocol and a signature. */
export type QueryOperation =
  | 'GetCallerIdentity'
  | 'GetRole'
  | 'ListRolePolicies'
  | 'GetRolePolicy'
  | 'ListAttachedRolePolicies'
  | 'GetPolicy'
  | 'GetPolicyVersion'

/** Each operation that kees calls, with its service. */
export const services = {
  GetParameters: 'SSM',
  PutParameter: 'SSM',
  GetSecretValue: 'Secrets Manager',
  DescribeSecret: 'Secrets Manager',
  AssumeRoleWithWebIdentity: 'STS',
} as const

export type AwsOperation = keyof typeof services

/** Each operation that kees calls, with its service. */
export const services = {
  GetParameters: 'SSM',
  PutParameter: 'SSM',
  AssumeRoleWithWebIdentity: 'STS',
} as const

export type AwsOperation = keyof typeof services

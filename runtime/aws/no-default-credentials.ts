/**
 * Stands in for `@aws-sdk/credential-provider-node` in the programs that run in pods, which bring the credentials of
 * pod-credentials.ts: the SDK's own chain would add the sign-in of laptops, half the size of the program.
 */
export function defaultProvider(): () => Promise<never> {
  return () => Promise.reject(new Error('this program has no default credentials'))
}

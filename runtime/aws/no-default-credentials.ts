/**
 * Replaces `@aws-sdk/credential-provider-node` in the programs that run in pods. They use pod-credentials.ts; the SDK's
 * own chain adds the sign-in methods of laptops, half the size of the program.
 */
export function defaultProvider(): () => Promise<never> {
  return () => Promise.reject(new Error('this program has no default credentials'))
}

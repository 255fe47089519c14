import { fileURLToPath } from 'node:url'

/** esbuild options that make the programs for pods smaller, shared by the build and its test. */
export const podBundle = {
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('./no-default-credentials.ts', import.meta.url),
    ),
    '@smithy/core/event-streams': fileURLToPath(new URL('./no-event-streams.ts', import.meta.url)),
  },
  // The signer's package looks whether WebCrypto is there when it is loaded, for which Node loads all of it. It can do without.
  define: { crypto: 'undefined' },
} as const

import { fileURLToPath } from 'node:url'

/** esbuild options that make the programs for pods smaller, shared by the build and its test. */
export const podBundle = {
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('./no-default-credentials.ts', import.meta.url),
    ),
    '@smithy/core/event-streams': fileURLToPath(new URL('./no-event-streams.ts', import.meta.url)),
  },
} as const

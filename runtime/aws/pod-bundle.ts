import { fileURLToPath } from 'node:url'

/** The esbuild options that make the programs that run in pods smaller; the build and the test of it share them. */
export const podBundle = {
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('./no-default-credentials.ts', import.meta.url),
    ),
  },
} as const

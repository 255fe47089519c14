/** The environment variables for connections: proxies, and the certificates that are trusted. */
import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import type { Env } from '../../api/settings/env.ts'
import { quotePath } from '../files/quote-path.ts'
import { openBundle, type Trusted } from './ca-bundle.ts'

export type Network = {
  /** Of which the proxy variables are read. */
  readonly env?: Env
  /** The certificates that are trusted, in place of the default ones. */
  readonly ca?: Trusted
}

/**
 * AWS_CA_BUNDLE as the AWS CLI reads it: in place of the default certificates. Node adds those of NODE_EXTRA_CA_CERTS to
 * its default ones by itself; beside a bundle, they are added here.
 */
export function readNetwork(env: Env): {
  readonly network: Network
  readonly diagnostics: readonly EnvDiagnostic[]
} {
  const { AWS_CA_BUNDLE: path } = env
  if (!path) return { network: { env }, diagnostics: [] }
  const ca = openBundle(path, env)
  if (typeof ca !== 'string') return { network: { env, ca }, diagnostics: [] }
  return {
    network: { env },
    diagnostics: [{ env: 'AWS_CA_BUNDLE', message: `AWS_CA_BUNDLE ${quotePath(path)} ${ca}` }],
  }
}

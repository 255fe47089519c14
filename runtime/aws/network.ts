/** The environment variables for connections to AWS: proxies, and the certificates that are trusted. */
import * as http from 'node:http'
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

/** How long a connection stays open without a request. Network devices drop idle ones silently after minutes. */
const idleTimeout = 60_000

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

/** TLS and tunnels are loaded only where they are used: init starts the sooner. */
export async function openAgent(protocol: string, network: Network): Promise<http.Agent> {
  if (hasProxy(network) || (network.ca !== undefined && protocol === 'https:')) {
    const { HttpProxyAgent, HttpsProxyAgent } = await import('./proxy-agent.ts')
    return new (protocol === 'https:' ? HttpsProxyAgent : HttpProxyAgent)(network, agentOptions)
  }
  if (protocol !== 'https:') return new http.Agent(agentOptions)
  const { Agent } = await import('node:https')
  return new Agent(agentOptions)
}

/** Of both kinds of agents. */
export const agentOptions = { keepAlive: true, timeout: idleTimeout } as const

function hasProxy({ env = {} }: Network): boolean {
  return ['HTTPS_PROXY', 'HTTP_PROXY'].some((name) => env[name] || env[name.toLowerCase()])
}

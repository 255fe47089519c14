/** The environment variables for connections to AWS: proxies, and the certificates that are trusted. */
import { readFileSync } from 'node:fs'
import * as http from 'node:http'
import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import type { Env } from '../../api/settings/env.ts'
import { quotePath } from '../files/quote-path.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

export type Network = {
  /** Of which the proxy variables are read. */
  readonly env?: Env
  /** The certificates that are trusted, in place of the default ones. */
  readonly ca?: readonly string[]
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
  const wrong = (why: string) => ({
    network: { env },
    diagnostics: [{ env: 'AWS_CA_BUNDLE', message: `AWS_CA_BUNDLE ${quotePath(path)} ${why}` }],
  })
  try {
    const ca = readFileSync(path, 'utf8')
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) return wrong('contains no certificate in PEM')
    return { network: { env, ca: [ca, ...extra(env)] }, diagnostics: [] }
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return wrong(`cannot be read: ${systemReason(code)}`)
  }
}

/** TLS and tunnels are loaded only where they are used: init starts the sooner. */
export async function openAgent(protocol: string, network: Network): Promise<http.Agent> {
  const options = agentOptions(network)
  if (hasProxy(network)) {
    const { HttpProxyAgent, HttpsProxyAgent } = await import('./proxy-agent.ts')
    const { env = {} } = network
    return protocol === 'https:' ? new HttpsProxyAgent(env, options) : new HttpProxyAgent(env, options)
  }
  if (protocol !== 'https:') return new http.Agent(options)
  const { Agent } = await import('node:https')
  return new Agent(options)
}

/** Of both kinds of agents. */
export function agentOptions({ ca }: Network) {
  return { keepAlive: true, timeout: idleTimeout, ...(ca === undefined ? {} : { ca: [...ca] }) }
}

/** Node itself warns of a file that it cannot read, and goes on. */
function extra({ NODE_EXTRA_CA_CERTS: path }: Env): readonly string[] {
  if (!path) return []
  try {
    return [readFileSync(path, 'utf8')]
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return []
  }
}

function hasProxy({ env = {} }: Network): boolean {
  return ['HTTPS_PROXY', 'HTTP_PROXY'].some((name) => env[name] || env[name.toLowerCase()])
}

/** The AWS variables of every program that opens a store. */
import type { Env } from './env.ts'
import { isLoopback, isOwnMachine } from '../loopback.ts'
import { parseAddress } from '../parse-url.ts'
import { validateProxyEnv } from './proxy-env.ts'
import { type EnvDiagnostic, quote } from '../diagnostic.ts'

/** The variables of a store in `--help`, besides KEES_STORE. For programs that also read secrets, those below too. */
export const storeVariables = [
  {
    env: 'AWS_REGION',
    meaning: 'the region of the store; in a pod without it, that of the instance metadata',
  },
  { env: 'AWS_DEFAULT_REGION', meaning: 'the same, where AWS_REGION is not set' },
  { env: 'AWS_ENDPOINT_URL_SSM', meaning: 'the address of the store in place of the one of AWS' },
  { env: 'AWS_ENDPOINT_URL', meaning: 'the same, where AWS_ENDPOINT_URL_SSM is not set' },
  {
    env: 'AWS_ENDPOINT_URL_STS',
    meaning: 'the address of STS in place of the one of AWS; in a pod, AWS_ENDPOINT_URL does not change it',
  },
  {
    env: 'HTTPS_PROXY',
    meaning: 'an HTTP proxy for calls to AWS; also https_proxy, and HTTP_PROXY for http:// addresses',
  },
  {
    env: 'NO_PROXY',
    meaning:
      'hosts, domains, addresses and ranges of addresses that are called directly, separated by commas',
  },
  {
    env: 'AWS_CA_BUNDLE',
    meaning:
      'a PEM file of the certificates to trust in place of the default ones; NODE_EXTRA_CA_CERTS names further ones',
  },
  { env: 'ALLOW_HTTP', meaning: 'true allows an http:// address that is not loopback' },
] as const

/** Of AWS Secrets Manager, for the programs that read what declarations with `from=secretsmanager` name. */
export const secretsVariables = [
  {
    env: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    meaning:
      'the address of AWS Secrets Manager in place of the one of AWS; where it is not set, AWS_ENDPOINT_URL is its address too',
  },
] as const

export function regionOf(env: Env): string | undefined {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined
}

/** All diagnostics at once. A missing region is not one of them: there are other sources for it. */
export function validateStoreEnv(env: Env): EnvDiagnostic[] {
  const endpoints = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SSM', 'AWS_ENDPOINT_URL_STS', metadataEndpoint]
  return [
    ...validateRegion(env),
    ...endpoints.flatMap((name) => validateEndpoint(name, env)),
    ...booleans.flatMap((name) => validateBoolean(name, env)),
    ...validateProxyEnv(env),
  ]
}

export function validateSecretsEnv(env: Env): EnvDiagnostic[] {
  return secretsVariables.flatMap(({ env: name }) => validateEndpoint(name, env))
}

/** A pod needs AWS_REGION where it has no other source for it. */
export function validatePodRegion(env: Env): EnvDiagnostic[] {
  if (regionOf(env) !== undefined || !isMetadataOff(env)) return []
  return [
    { env: 'AWS_REGION', message: 'AWS_REGION is missing, and the instance metadata service is disabled' },
  ]
}

export function isMetadataOff(env: Env): boolean {
  return env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true'
}

/** The SDK accepts nothing else, and stops with an error of its own. */
const booleans = ['AWS_USE_DUALSTACK_ENDPOINT', 'AWS_USE_FIPS_ENDPOINT']

function validateBoolean(name: string, env: Env): EnvDiagnostic[] {
  const text = env[name]
  if (!text || text === 'true' || text === 'false') return []
  return [{ env: name, message: `${name} ${quote(text)} must be true or false` }]
}

function validateRegion(env: Env): EnvDiagnostic[] {
  const name = env['AWS_REGION'] ? 'AWS_REGION' : 'AWS_DEFAULT_REGION'
  const region = env[name]
  if (!region || /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(region)) return []
  return [{ env: name, message: `${name} ${quote(region)} is not a region such as eu-west-1` }]
}

/** Also allowed without TLS: addresses that are those of the machine itself. */
const metadataEndpoint = 'AWS_EC2_METADATA_SERVICE_ENDPOINT'

function validateEndpoint(name: string, env: Env): EnvDiagnostic[] {
  const text = env[name]
  if (text === undefined || text === '') return []
  const url = parseAddress(text)
  if (url?.protocol === 'https:') return []
  if (url?.protocol !== 'http:') return [{ env: name, message: `${name} must be an https:// URL` }]
  if (env['ALLOW_HTTP'] === 'true' || isLoopback(url.hostname)) return []
  if (name === metadataEndpoint && isOwnMachine(url.hostname)) return []
  const message = `${name} must not be a plain http:// URL of ${url.hostname}`
  return [{ env: name, message, hint: 'use https://, or set ALLOW_HTTP=true if the network is trusted' }]
}

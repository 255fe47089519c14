import type { StoreAddress } from '../api/init-env.ts'
import { openFileParameterStore } from './file-parameter-store.ts'
import type { ParameterStore } from './parameter-store.ts'
import { type AwsCredentials, openSsmParameterStore } from './ssm-parameter-store.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The problem is the end of a sentence that begins with the variable's name. */
export type EnvProblem = { readonly env: string; readonly problem: string }

export type OpenedStore =
  { readonly store: ParameterStore; readonly problems?: never } | { readonly problems: readonly EnvProblem[] }

export type StoreOptions = {
  /** The time for one attempt of one call, in milliseconds. */
  readonly requestTimeout: number
  /** 1 for who asks again by itself. */
  readonly maxAttempts: number
  readonly kmsKeyId?: string
  /** As of openSsmParameterStore. */
  readonly beforeSending?: () => void
  /** Without it the SDK looks for credentials, and for a region that the environment lacks, as it does on laptops. */
  readonly credentials?: (env: Env, requestTimeout: number) => AwsCredentials
}

/** What `--help` says of the environment of a store, beside KEES_STORE. */
export const storeVariables = [
  { env: 'AWS_REGION', meaning: 'the region of the store; SSM needs it, here or in AWS_DEFAULT_REGION' },
  { env: 'AWS_DEFAULT_REGION', meaning: 'the same, where AWS_REGION is not set' },
  { env: 'AWS_ENDPOINT_URL_SSM', meaning: 'the address of the store in place of the one of AWS' },
  { env: 'AWS_ENDPOINT_URL', meaning: 'the same, where AWS_ENDPOINT_URL_SSM is not set, and for STS' },
  { env: 'ALLOW_HTTP', meaning: 'true allows an http:// address that is not loopback' },
] as const

/** Reads the AWS part of the environment, and reports all that is wrong with it at once. */
export async function openStore(
  address: StoreAddress,
  env: Env,
  options: StoreOptions,
): Promise<OpenedStore> {
  if (address.kind === 'file') {
    return { store: openFileParameterStore(address.folder) }
  }
  const { credentials, ...common } = options
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION']
  const endpoint = env['AWS_ENDPOINT_URL_SSM'] || env['AWS_ENDPOINT_URL']
  const problems = [
    ...regionProblems(env, credentials !== undefined),
    ...['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SSM', 'AWS_ENDPOINT_URL_STS'].flatMap((name) =>
      endpointProblems(name, env),
    ),
  ]
  if (problems.length > 0) return { problems }
  const store = openSsmParameterStore({
    ...common,
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(credentials ? { credentials: credentials(env, options.requestTimeout) } : {}),
  })
  return { store }
}

function regionProblems(env: Env, required: boolean): EnvProblem[] {
  const name = env['AWS_REGION'] ? 'AWS_REGION' : 'AWS_DEFAULT_REGION'
  const region = env[name]
  if (!region)
    return required ? [{ env: 'AWS_REGION', problem: 'is missing, and so is AWS_DEFAULT_REGION' }] : []
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(region)) return []
  return [{ env: name, problem: 'is not a region such as eu-west-1' }]
}

function endpointProblems(name: string, env: Env): EnvProblem[] {
  const text = env[name]
  if (text === undefined || text === '') return []
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:') return []
  if (url?.protocol !== 'http:') return [{ env: name, problem: 'is not an https:// address' }]
  if (env['ALLOW_HTTP'] === 'true' || isLoopback(url.hostname)) return []
  const problem = `is a plain http:// address of ${url.hostname}: use https://, or set ALLOW_HTTP=true if the network is trusted`
  return [{ env: name, problem }]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

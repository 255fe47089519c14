/** The SDK's client of Parameter Store, with time limits, and its errors as failures. */
import { ParameterAlreadyExists, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm'
import type { CredentialSource } from '../aws/aws-credentials.ts'
import { awsFailure, rejectionIn } from '../aws/aws-failure.ts'
import type { Env } from '../../api/settings/env.ts'
import { regionOf } from '../../api/settings/store-env.ts'
import type { AwsOperation } from '../aws/aws-operation.ts'
import { failed, type Peer } from '../failure.ts'
import type { Network } from '../http/network.ts'
import { agentOptions, HttpProxyAgent, HttpsProxyAgent } from '../aws/proxy-agent.ts'
import { transportError } from '../http/transport-error.ts'
import { lastHost } from '../aws/last-host.ts'
import { withTimeout } from '../scheduling/with-timeout.ts'

type AwsCredentials = NonNullable<SSMClientConfig['credentials']>

export type SsmClientOptions = {
  /** Default: the SDK's, from the profile. */
  readonly region?: NonNullable<SSMClientConfig['region']>
  readonly endpoint?: string
  /** Default: the SDK's default chain, which laptops need. */
  readonly credentials?: AwsCredentials | CredentialSource
  /** For one attempt of one call, in milliseconds. */
  readonly requestTimeout: number
  /** 1 if the caller retries by itself. */
  readonly maxAttempts: number
  /** Proxies and certificates; default: none, and those of Node. */
  readonly network?: Network
  /** Called when a request is signed, right before it is sent; if it throws, nothing is sent. */
  readonly beforeSending?: () => void
}

type SsmSend = <T>(
  operation: AwsOperation,
  call: (client: SSMClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  /** The value that is sent. */
  secret?: string,
) => Promise<T>

/**
 * @returns `send` makes a call; it rejects with a Failure, or with ParameterAlreadyExists, which is an outcome. `peer`: what
 * it calls; the host is known from the first call on.
 */
export function openSsmClient(options: SsmClientOptions): {
  readonly send: SsmSend
  readonly peer: () => Peer
} {
  const client = new SSMClient(clientConfig(options))
  const { beforeSending, credentials } = options
  let host: string | undefined
  /** What failed on the way to the store or there; what failed before it, failed while the SDK signed in. */
  const ofStore = new WeakSet<object>()
  // The innermost step, after credentials were fetched and the request was signed, which may take a while.
  const step = { step: 'deserialize', priority: 'low', name: 'transport' } as const
  client.middlewareStack.add(
    (next) => async (args) => {
      beforeSending?.()
      host = hostOf(args.request)
      try {
        return await next(args)
      } catch (error) {
        throw transportError(error, host)
      }
    },
    step,
  )
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args)
      } catch (error) {
        if (error instanceof Error) ofStore.add(error)
        throw error
      }
    },
    { step: 'deserialize', priority: 'high', name: 'answer' },
  )
  const source = typeof credentials === 'function' && 'rejected' in credentials ? credentials : undefined
  // The SDK's timeouts cover the response headers only, or restart with each byte.
  const longest = options.requestTimeout * options.maxAttempts
  const send: SsmSend = async (operation, call, secret) => {
    // First, because the time limit is for the store alone.
    await source?.()
    try {
      return await withTimeout(longest, (abortSignal) => call(client, { abortSignal }))
    } catch (error) {
      if (error instanceof ParameterAlreadyExists) throw error
      const isTimeout = error instanceof Error && error.name === 'TimeoutError'
      // No request was sent: a credential_process of the profile, for example, has not ended.
      if (host === undefined && isTimeout) throw noneInTime(longest)
      const isOfStore = isTimeout || (error instanceof Error && ofStore.has(error))
      const called = isOfStore && host !== undefined ? { host } : signIn()
      const failure = awsFailure(error, operation, { ...called, secret })
      const rejection = rejectionIn(failure)
      if (rejection) source?.rejected?.(rejection)
      throw failure
    }
  }
  return { send, peer: () => ({ service: 'SSM', host: host ?? 'unknown' }) }
}

/**
 * The region and the credentials that the SDK finds on laptops, for calls without its client. Both reject with a Failure.
 *
 * @param requestTimeout for the credentials, in milliseconds.
 */
export function sdkIdentity({
  requestTimeout,
  network,
  env,
  operation,
}: Pick<SsmClientOptions, 'requestTimeout' | 'network'> & {
  readonly env: Env
  /** What they are for, in messages. */
  readonly operation: AwsOperation
}): {
  readonly region: () => Promise<string>
  readonly credentials: CredentialSource
} {
  const region = regionOf(env)
  const options = {
    requestTimeout,
    maxAttempts: 1,
    ...(network ? { network } : {}),
    ...(region ? { region } : {}),
  }
  const { config } = new SSMClient(clientConfig(options))
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await withTimeout(requestTimeout, work)
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') throw noneInTime(requestTimeout)
      throw awsFailure(error, operation, signIn())
    }
  }
  return {
    region: () =>
      explained(async () => {
        const found = await config.region()
        if (found === undefined) throw new Error('Region is missing')
        return found
      }),
    credentials: () => explained(() => config.credentials()),
  }
}

/** The SDK's own clients sign in on laptops: at STS, at IAM Identity Center, at a metadata service. */
function signIn(): Peer {
  return { service: 'the source of the AWS credentials', host: lastHost() ?? 'unknown' }
}

function noneInTime(milliseconds: number): Error {
  const message = `no AWS credentials within ${milliseconds / 1000} s`
  const hint = 'check what the AWS profile names as their source, such as credential_process'
  return failed({ code: 'CREDENTIALS_MISSING', message, hint })
}

/** @param request as the SDK's HTTP handler gets it. */
function hostOf(request: unknown): string {
  const { hostname = '', port }: Readonly<Record<string, unknown>> =
    typeof request === 'object' && request !== null ? { ...request } : {}
  return `${String(hostname)}${typeof port === 'number' ? `:${port}` : ''}`
}

/** As many connections as the SDK's own agents allow. */
const maxSockets = 50

function clientConfig({
  region,
  endpoint,
  credentials,
  requestTimeout,
  maxAttempts,
  network = {},
}: SsmClientOptions) {
  const options = { ...agentOptions, maxSockets }
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    // The SDK has no timeouts by default; socketTimeout is for a response that stops half-way.
    requestHandler: {
      httpAgent: new HttpProxyAgent(network, options),
      httpsAgent: new HttpsProxyAgent(network, options),
      connectionTimeout: requestTimeout,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  } satisfies SSMClientConfig
}

import {
  GetParametersCommand,
  ParameterAlreadyExists,
  PutParameterCommand,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
  SSMClient,
  type SSMClientConfig,
} from '@aws-sdk/client-ssm'
import { failed } from '../failure.ts'
import { checkCall, formatRef, parseRef, type ParameterStore } from './parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'
import { readAnswer } from './ssm-answer.ts'
import { awsFailure, type AwsOperation } from '../aws/aws-failure.ts'
import { transportError } from '../aws/transport-error.ts'
import { withTimeout } from '../scheduling/with-timeout.ts'

export type AwsCredentials = NonNullable<SSMClientConfig['credentials']>

export type SsmStoreOptions = {
  /** Default: the SDK's, from the profile. */
  readonly region?: NonNullable<SSMClientConfig['region']>
  readonly endpoint?: string
  /** Default: the SDK's default chain, which laptops need. */
  readonly credentials?: AwsCredentials
  /** For one attempt of one call, in milliseconds. */
  readonly requestTimeout: number
  /** 1 if the caller retries by itself. */
  readonly maxAttempts: number
  /** The key that encrypts the values; default: the account's `aws/ssm`. */
  readonly kmsKeyId?: string
  /** Called when a request is signed, right before it is sent; if it throws, nothing is sent. */
  readonly beforeSending?: () => void
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html */
export function openSsmParameterStore(options: SsmStoreOptions): ParameterStore {
  const client = new SSMClient(clientConfig(options))
  const { beforeSending } = options
  let host: string | undefined
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
  const failureOfCall = (error: unknown, operation: AwsOperation) => awsFailure(error, operation, { host })
  // The SDK's timeouts cover the response headers only, or restart with each byte.
  const longest = options.requestTimeout * options.maxAttempts
  const put = (input: PutParameterCommandInput) =>
    withTimeout(longest, (abortSignal) => client.send(new PutParameterCommand(input), { abortSignal }))
  const getParameters = async (names: readonly string[], withDecryption: boolean) => {
    const command = new GetParametersCommand({ Names: [...names], WithDecryption: withDecryption })
    try {
      return await withTimeout(longest, (abortSignal) => client.send(command, { abortSignal }))
    } catch (error) {
      throw failureOfCall(error, 'GetParameters')
    }
  }

  /** Common to both kinds of Put. Intelligent-Tiering selects the cheapest tier that can hold the value. */
  const stored = (name: string, value: SecretValue) => ({
    Name: name,
    Value: value.reveal(),
    Type: 'SecureString' as const,
    Tier: 'Intelligent-Tiering' as const,
    ...(options.kmsKeyId === undefined ? {} : { KeyId: options.kmsKeyId }),
  })

  return {
    async get(refs) {
      checkCall(refs.map(({ name }) => name))
      return readAnswer(refs, await getParameters(refs.map(formatRef), true))
    },

    async exists(names) {
      const refs = names.map(parseRef)
      checkCall(refs.map(({ name }) => name))
      const { found } = readAnswer(refs, await getParameters(names, false))
      return new Set(found.map(({ ref }) => formatRef(ref)))
    },

    async create(name, value, { description }) {
      const request = { ...stored(name, value), Overwrite: false, Description: description }
      let answer: PutParameterCommandOutput
      try {
        answer = await put(request)
      } catch (error) {
        if (error instanceof ParameterAlreadyExists) {
          // With several attempts, an earlier one may have stored it and lost its response.
          return { outcome: 'exists', attempts: error.$metadata.attempts ?? Infinity }
        }
        throw failureOfCall(error, 'PutParameter')
      }
      const { Version: version, $metadata } = answer
      if (version === undefined) {
        throw failed({ code: 'BAD_ANSWER', message: 'PutParameter: the response has no version' })
      }
      return { outcome: 'created', version, attempts: $metadata.attempts ?? Infinity }
    },

    async replace(name, value) {
      try {
        await put({ ...stored(name, value), Overwrite: true })
      } catch (error) {
        throw failureOfCall(error, 'PutParameter')
      }
    },
  }
}

/** @param request as the SDK's HTTP handler gets it. */
function hostOf(request: unknown): string {
  const { hostname = '', port }: Readonly<Record<string, unknown>> =
    typeof request === 'object' && request !== null ? { ...request } : {}
  return `${String(hostname)}${typeof port === 'number' ? `:${port}` : ''}`
}

function clientConfig({ region, endpoint, credentials, requestTimeout, maxAttempts }: SsmStoreOptions) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    // The SDK has no timeouts by default; socketTimeout is for a response that stops half-way.
    requestHandler: {
      connectionTimeout: requestTimeout,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  } satisfies SSMClientConfig
}

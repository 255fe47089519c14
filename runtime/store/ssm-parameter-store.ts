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
import { awsFailure } from '../aws/aws-failure.ts'
import { withTimeout } from '../scheduling/with-timeout.ts'

export type AwsCredentials = NonNullable<SSMClientConfig['credentials']>

export type SsmStoreOptions = {
  /** Without it, the SDK looks for one in the profile. */
  readonly region?: NonNullable<SSMClientConfig['region']>
  readonly endpoint?: string
  /** Without them, the SDK's default chain, which laptops need. */
  readonly credentials?: AwsCredentials
  /** The time for one attempt of one call, in milliseconds. */
  readonly requestTimeout: number
  /** 1 for who asks again by itself. */
  readonly maxAttempts: number
  /** What encrypts the values; the account's `aws/ssm` without it. */
  readonly kmsKeyId?: string
  /** Called when a request is ready, right before it is sent; what it throws is thrown in its place. */
  readonly beforeSending?: () => void
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html */
export function openSsmParameterStore(options: SsmStoreOptions): ParameterStore {
  const client = new SSMClient(clientConfig(options))
  const { beforeSending } = options
  if (beforeSending) {
    // The innermost step: after credentials were fetched and the request was signed, which may take a while.
    const step = { step: 'deserialize', priority: 'low', name: 'beforeSending' } as const
    client.middlewareStack.add((next) => async (args) => (beforeSending(), await next(args)), step)
  }
  // The SDK's time-outs end with the headers of an answer, and begin anew with each byte of it.
  const longest = options.requestTimeout * options.maxAttempts
  const put = (input: PutParameterCommandInput) =>
    withTimeout(longest, (abortSignal) => client.send(new PutParameterCommand(input), { abortSignal }))
  const getParameters = async (names: readonly string[], withDecryption: boolean) => {
    const command = new GetParametersCommand({ Names: [...names], WithDecryption: withDecryption })
    try {
      return await withTimeout(longest, (abortSignal) => client.send(command, { abortSignal }))
    } catch (error) {
      throw awsFailure(error, 'GetParameters')
    }
  }

  /** What Put sends whether or not it may overwrite. Intelligent-Tiering takes the cheapest tier that holds the value. */
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
          // Of several attempts, the one before may have stored it, and its answer been lost.
          return { outcome: 'exists', attempts: error.$metadata.attempts ?? Infinity }
        }
        throw awsFailure(error, 'PutParameter')
      }
      const { Version: version, $metadata } = answer
      if (version === undefined) {
        throw failed({ code: 'BAD_ANSWER', message: 'PutParameter: the answer has no version' })
      }
      return { outcome: 'created', version, attempts: $metadata.attempts ?? Infinity }
    },

    async replace(name, value) {
      try {
        await put({ ...stored(name, value), Overwrite: true })
      } catch (error) {
        throw awsFailure(error, 'PutParameter')
      }
    },
  }
}

function clientConfig({ region, endpoint, credentials, requestTimeout, maxAttempts }: SsmStoreOptions) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    // The SDK itself waits for ever; the socket's timeout is for an answer that stops half-way.
    requestHandler: {
      connectionTimeout: requestTimeout,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  } satisfies SSMClientConfig
}

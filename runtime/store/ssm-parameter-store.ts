import {
  GetParametersCommand,
  ParameterAlreadyExists,
  PutParameterCommand,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm'
import { failed } from '../failure.ts'
import { checkCall, formatRef, parseRef, type ParameterStore } from './parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'
import { readAnswer } from './ssm-answer.ts'
import { openSsmClient, type SsmClientOptions } from './ssm-client.ts'

export type SsmStoreOptions = SsmClientOptions & {
  /** The key that encrypts the values; default: the account's `aws/ssm`. */
  readonly kmsKeyId?: string
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html */
export function openSsmParameterStore(options: SsmStoreOptions): ParameterStore {
  const { send, peer } = openSsmClient(options)
  const put = (input: PutParameterCommandInput) =>
    send('PutParameter', (client, to) => client.send(new PutParameterCommand(input), to), input.Value)
  const getParameters = (names: readonly string[], withDecryption: boolean) => {
    const command = new GetParametersCommand({ Names: [...names], WithDecryption: withDecryption })
    return send('GetParameters', (client, to) => client.send(command, to))
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
    peer,

    async get(refs) {
      checkCall(refs.map(({ name }) => name))
      return readAnswer(refs, await getParameters(refs.map(formatRef), true), peer())
    },

    async exists(names) {
      const refs = names.map(parseRef)
      checkCall(refs.map(({ name }) => name))
      const { found } = readAnswer(refs, await getParameters(names, false), peer())
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
        throw error
      }
      const { Version: version, $metadata } = answer
      if (version === undefined) {
        const message = 'PutParameter: the response has no version'
        throw failed({ code: 'BAD_ANSWER', message, ...peer() })
      }
      return { outcome: 'created', version, attempts: $metadata.attempts ?? Infinity }
    },

    async replace(name, value) {
      await put({ ...stored(name, value), Overwrite: true })
    },
  }
}

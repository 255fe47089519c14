import { type AwsError, validation } from './aws-error.ts'
import type { Context, FakeAnswer } from './operation.ts'
import { nameError } from './name-rules.ts'

type Input = Readonly<Record<string, unknown>>

const types = ['String', 'StringList', 'SecureString']
const standardBytes = 4096
const advancedBytes = 8192

export function putParameter(input: Input, { stored, arnPrefix, limit, refuse }: Context): FakeAnswer {
  const {
    Name: name,
    Value: value,
    Overwrite: overwrite = false,
    KeyId: keyId,
    Description: description,
  } = input
  if (typeof name !== 'string' || typeof value !== 'string') {
    return { error: validation('Value null at "name" or "value" failed to satisfy constraint') }
  }
  const before = stored.newest(name)
  const type = types.find((one) => one === input['Type']) ?? before?.type
  if (type === undefined) return { error: validation('A parameter type is required when you create one.') }
  const wrong = inputError(input) ?? nameError(name, arnPrefix)
  if (wrong) return { error: wrong }
  const chosen = chooseTier(input['Tier'], value)
  if ('error' in chosen) return chosen
  const denied = refuse({ action: 'ssm:PutParameter', name })
  if (denied) return { error: denied }
  if (before !== undefined && overwrite !== true) return { error: exists }
  if (before !== undefined && type !== before.type) {
    return { error: { type: 'HierarchyTypeMismatchException', message: 'The type of a parameter is final.' } }
  }
  if (before === undefined && stored.names().length >= limit) {
    return {
      error: { type: 'ParameterLimitExceeded', message: 'You have exceeded the number of parameters.' },
    }
  }
  const { tier } = chosen
  if (type === 'SecureString') {
    // https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
    const action = tier === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt'
    const refused = refuse({ action, name })
    if (refused) return { error: refused }
  }
  const { version } = stored.add(name, {
    value,
    type,
    tier,
    ...(typeof keyId === 'string' ? { keyId } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  })
  return { output: { Version: version, Tier: tier } }
}

const exists: AwsError = {
  type: 'ParameterAlreadyExists',
  message:
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
}

function inputError({ Value, Type, Overwrite, Tags, KeyId, Description }: Input): AwsError | undefined {
  if (Value === '') return validation('Value at "value" must have length greater than or equal to 1')
  if (Type !== undefined && !types.some((one) => one === Type)) {
    return validation('Member must satisfy enum value set: [SecureString, StringList, String]')
  }
  if (Overwrite === true && Array.isArray(Tags)) {
    return validation("Invalid request: tags and overwrite can't be used together.")
  }
  if (KeyId !== undefined && Type !== 'SecureString') {
    return { type: 'InvalidKeyId', message: 'A key is for parameters of type SecureString alone.' }
  }
  if (typeof Description === 'string' && Description.length > 1024) {
    return validation('Value at "description" must have length less than or equal to 1024')
  }
  return undefined
}

function chooseTier(asked: unknown, value: string): { readonly tier: string } | { readonly error: AwsError } {
  const bytes = Buffer.byteLength(value)
  const tooLong = (tier: string, most: number) => ({
    error: validation(`${tier} tier parameters support a maximum parameter value of ${most} characters.`),
  })
  if (bytes > advancedBytes) return tooLong('Advanced', advancedBytes)
  if (asked === 'Intelligent-Tiering') return { tier: bytes > standardBytes ? 'Advanced' : 'Standard' }
  if (asked === 'Advanced') return { tier: 'Advanced' }
  if (asked !== undefined && asked !== 'Standard') {
    return {
      error: validation('Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]'),
    }
  }
  return bytes > standardBytes ? tooLong('Standard', standardBytes) : { tier: 'Standard' }
}

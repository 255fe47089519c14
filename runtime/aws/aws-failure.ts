/**
 * Maps an error of an AWS call to a Failure. Only the error's name is kept and, where it cannot quote a value, its
 * message: the rest of it (`$response`, the text of a JSON error) may contain secret values.
 *
 * Names: https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html and the errors of
 * API_GetParameters.html and API_PutParameter.html beside it.
 */
import { failed, type FailureCode, failureOf } from '../failure.ts'
import { hostOfTransportError, isTransportCode } from './transport-error.ts'

const codes: Readonly<Record<string, FailureCode>> = {
  AccessDenied: 'ACCESS_DENIED',
  AccessDeniedException: 'ACCESS_DENIED',
  // STS could not reach the cluster's OIDC provider: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
  IDPCommunicationError: 'UNREACHABLE',
  ExpiredToken: 'CREDENTIALS_REFUSED',
  ExpiredTokenException: 'CREDENTIALS_REFUSED',
  IncompleteSignature: 'CREDENTIALS_REFUSED',
  InvalidClientTokenId: 'CREDENTIALS_REFUSED',
  InvalidIdentityToken: 'CREDENTIALS_REFUSED',
  InvalidIdentityTokenException: 'CREDENTIALS_REFUSED',
  InvalidSignatureException: 'CREDENTIALS_REFUSED',
  MissingAuthenticationToken: 'CREDENTIALS_REFUSED',
  MissingAuthenticationTokenException: 'CREDENTIALS_REFUSED',
  NotAuthorized: 'ACCESS_DENIED',
  OptInRequired: 'CREDENTIALS_REFUSED',
  RequestExpired: 'CREDENTIALS_REFUSED',
  SignatureDoesNotMatch: 'CREDENTIALS_REFUSED',
  UnrecognizedClientException: 'CREDENTIALS_REFUSED',
  CredentialsProviderError: 'CREDENTIALS_MISSING',
  TokenProviderError: 'CREDENTIALS_MISSING',
  RequestLimitExceeded: 'THROTTLED',
  Throttling: 'THROTTLED',
  ThrottlingException: 'THROTTLED',
  TooManyRequestsException: 'THROTTLED',
  TooManyUpdates: 'THROTTLED',
  HierarchyLevelLimitExceededException: 'INVALID_NAME',
  ParameterPatternMismatchException: 'INVALID_NAME',
  ValidationException: 'INVALID_NAME',
  AbortError: 'UNREACHABLE',
  TimeoutError: 'UNREACHABLE',
}

const meanings: Readonly<Partial<Record<FailureCode, string>>> = {
  ACCESS_DENIED: 'access is denied',
  CREDENTIALS_REFUSED: 'the credentials are not accepted',
  CREDENTIALS_MISSING: 'no AWS credentials were found',
  THROTTLED: 'too many requests',
  INVALID_NAME: 'Parameter Store rejected the name or the value',
  REGION_MISSING: 'the AWS region is missing or invalid: set AWS_REGION',
}

/** Each operation that kees calls, with its service. */
const services = { GetParameters: 'SSM', PutParameter: 'SSM', AssumeRoleWithWebIdentity: 'STS' } as const

export type AwsOperation = keyof typeof services

export type CallFacts = {
  /** The host that was called, where the error does not have it. */
  readonly host?: string | undefined
  /** The role in use, where the error does not name it. */
  readonly role?: string | undefined
  /** What was sent and must not be shown: a message that quotes it is dropped. */
  readonly secret?: string | undefined
}

/** @returns the failure as an error, or the error itself if it is a bug. */
export function awsFailure(error: unknown, operation: AwsOperation, facts: CallFacts = {}): unknown {
  if (failureOf(error) !== undefined) return error
  const name = fact(error, 'name')
  const mapped = codeOf(error, name)
  if (mapped === undefined) return error
  // A role that cannot be assumed means no credentials; its permissions were not evaluated.
  const code =
    operation === 'AssumeRoleWithWebIdentity' && mapped === 'ACCESS_DENIED' ? 'CREDENTIALS_REFUSED' : mapped
  const isService = fact(error, '$fault') !== undefined
  const shown = code === 'BAD_ANSWER' || code === 'REGION_MISSING' ? undefined : (fact(error, 'code') ?? name)
  const service = services[operation]
  const host = hostOfTransportError(error) ?? facts.host
  const meaning =
    code === 'UNREACHABLE'
      ? `${service}${host === undefined ? '' : ` at ${host}`} ${isService ? 'failed' : 'was not reached'}`
      : code === 'BAD_ANSWER'
        ? `the response is not one of ${service}`
        : (meanings[code] ?? `${service} rejected the request`)
  const message = `${operation}: ${meaning}${shown === undefined ? '' : ` (${shown})`}`
  const isTransport = hostOfTransportError(error) !== undefined
  const words = isService || isTransport ? fact(error, 'message') : undefined
  // A service may quote its input: PutParameter the value, in whole or in part, STS the token.
  const isQuoting = facts.secret !== undefined && words?.includes(facts.secret) === true
  const isSafe = operation !== 'PutParameter' || isTransport || quotesNoSecret.has(code)
  const detail = isSafe && !isQuoting ? words : undefined
  const inUse = /:assumed-role\/([^/\s]+)/.exec(words ?? '')?.[1] ?? facts.role
  return failed({
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    ...(code === 'ACCESS_DENIED' ? { deniedBy: isOfKms(words ?? '') ? 'KMS' : 'IAM' } : {}),
    ...(inUse === undefined ? {} : { role: inUse }),
    service,
    ...(host === undefined ? {} : { host }),
  })
}

/** Whether other credentials could help: these are rejected, or those of a role without the permission. */
export function isOfCredentials(error: unknown): boolean {
  const { code, deniedBy } = failureOf(error) ?? {}
  return code === 'CREDENTIALS_REFUSED' || (code === 'ACCESS_DENIED' && deniedBy === 'IAM')
}

/** Errors of PutParameter about the account, the key or the caller, not about the value. */
const quotesNoSecret: ReadonlySet<FailureCode> = new Set([
  'ACCESS_DENIED',
  'REFUSED',
  'CREDENTIALS_REFUSED',
  'THROTTLED',
])

/** Parameter Store passes on messages of KMS, in several wordings. */
function isOfKms(message: string): boolean {
  return /\bkms:|\bKMS\b|AWSKMS|ciphertext|customer master key/.test(message)
}

function codeOf(error: unknown, name: string | undefined): FailureCode | undefined {
  if (!(error instanceof Error)) return undefined
  if (hostOfTransportError(error) !== undefined) return 'UNREACHABLE'
  if (/^Region (is missing|not accepted)/.test(error.message)) return 'REGION_MISSING'
  // STS could not read the cluster's OIDC keys just now; the token itself was not judged.
  if (name === 'InvalidIdentityToken' && /retrieve verification key/.test(error.message)) return 'UNREACHABLE'
  const known = name !== undefined && Object.hasOwn(codes, name) ? codes[name] : undefined
  if (known) return known
  const status = statusOf(error)
  if (fact(error, '$fault') !== undefined) {
    if (status === 429) return 'THROTTLED'
    return status !== undefined && status < 500 ? 'REFUSED' : 'UNREACHABLE'
  }
  // A response arrived, but the SDK could not parse it: HTML of a proxy, truncated JSON.
  if (status !== undefined || '$response' in error) return 'BAD_ANSWER'
  const code = fact(error, 'code')
  return code !== undefined && isTransportCode(code) ? 'UNREACHABLE' : undefined
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined
  const { $metadata } = error
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata))
    return undefined
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined
}

function fact(error: unknown, key: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

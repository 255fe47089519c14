/**
 * What an error of the SDK means. Nothing of the error itself is kept but its name and, where it cannot quote a
 * value, its message: the rest of it (`$response`, a JSON error's text) may hold secret values.
 *
 * Names: https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html and the errors of
 * API_GetParameters.html and API_PutParameter.html beside it.
 */
import { failed, type FailureCode, failureOf } from './failure.ts'

const codes: Readonly<Record<string, FailureCode>> = {
  AccessDenied: 'ACCESS_DENIED',
  AccessDeniedException: 'ACCESS_DENIED',
  ExpiredToken: 'ACCESS_DENIED',
  ExpiredTokenException: 'ACCESS_DENIED',
  IncompleteSignature: 'ACCESS_DENIED',
  InvalidClientTokenId: 'ACCESS_DENIED',
  InvalidIdentityToken: 'ACCESS_DENIED',
  InvalidIdentityTokenException: 'ACCESS_DENIED',
  InvalidSignatureException: 'ACCESS_DENIED',
  MissingAuthenticationToken: 'ACCESS_DENIED',
  MissingAuthenticationTokenException: 'ACCESS_DENIED',
  NotAuthorized: 'ACCESS_DENIED',
  OptInRequired: 'ACCESS_DENIED',
  RequestExpired: 'ACCESS_DENIED',
  SignatureDoesNotMatch: 'ACCESS_DENIED',
  UnrecognizedClientException: 'ACCESS_DENIED',
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
  CREDENTIALS_MISSING: 'no AWS credentials were found',
  THROTTLED: 'too many calls',
  UNREACHABLE: 'the store was not reached',
  BAD_ANSWER: 'the answer is not one of Parameter Store',
  INVALID_NAME: 'Parameter Store does not take the name or the value',
  REGION_MISSING: 'the AWS region is missing or is none: set AWS_REGION',
}

export type AwsOperation = 'GetParameters' | 'PutParameter' | 'AssumeRoleWithWebIdentity'

/** @returns the failure as an error, or the error itself if it is a bug. */
export function awsFailure(error: unknown, operation: AwsOperation): unknown {
  if (failureOf(error) !== undefined) return error
  const name = fact(error, 'name')
  const code = codeOf(error, name)
  if (code === undefined) return error
  const isService = fact(error, '$fault') !== undefined
  const shown = code === 'BAD_ANSWER' || code === 'REGION_MISSING' ? undefined : (fact(error, 'code') ?? name)
  const meaning = meanings[code] ?? 'the store refuses the call'
  const words = `${operation}: ${meaning}${shown === undefined ? '' : ` (${shown})`}`
  // A service may quote what it was sent, which may be a value or a token.
  const quotesNoSecret = operation === 'GetParameters' || code === 'ACCESS_DENIED' || code === 'THROTTLED'
  const detail = isService && quotesNoSecret ? fact(error, 'message') : undefined
  return failed({ code, message: words, ...(detail === undefined ? {} : { detail }) })
}

function codeOf(error: unknown, name: string | undefined): FailureCode | undefined {
  if (!(error instanceof Error)) return undefined
  if (/^Region (is missing|not accepted)/.test(error.message)) return 'REGION_MISSING'
  const known = name !== undefined && Object.hasOwn(codes, name) ? codes[name] : undefined
  if (known) return known
  const status = statusOf(error)
  if (fact(error, '$fault') !== undefined) {
    if (status === 429) return 'THROTTLED'
    return status !== undefined && status < 500 ? 'REFUSED' : 'UNREACHABLE'
  }
  // The answer came, but the SDK could not read it: HTML of a proxy, half a JSON text.
  if (status !== undefined || '$response' in error) return 'BAD_ANSWER'
  // Node's own names for sockets, DNS and TLS: ECONNREFUSED, EAI_AGAIN, CERT_HAS_EXPIRED, …
  return fact(error, 'code')?.match(/^(?!ERR_)[A-Z][A-Z0-9_]+$/) ? 'UNREACHABLE' : undefined
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

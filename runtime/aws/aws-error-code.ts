/**
 * Which code of failure.ts an error of an AWS call has.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html and the errors of
 * API_GetParameters.html and API_PutParameter.html beside it; for secrets
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
 */
import type { FailureCode } from '../failure.ts'
import { hostOfTransportError, isTransportCode } from '../http/transport-error.ts'

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
  // The clock of this machine is wrong; it is corrected by the date of the answer.
  AuthFailure: 'CREDENTIALS_REFUSED',
  RequestInTheFuture: 'CREDENTIALS_REFUSED',
  RequestTimeTooSkewed: 'CREDENTIALS_REFUSED',
  SignatureDoesNotMatch: 'CREDENTIALS_REFUSED',
  UnrecognizedClientException: 'CREDENTIALS_REFUSED',
  CredentialsProviderError: 'CREDENTIALS_MISSING',
  TokenProviderError: 'CREDENTIALS_MISSING',
  // Which the SDKs retry, by https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
  BandwidthLimitExceeded: 'THROTTLED',
  EC2ThrottledException: 'THROTTLED',
  LimitExceededException: 'THROTTLED',
  PriorRequestNotComplete: 'THROTTLED',
  ProvisionedThroughputExceededException: 'THROTTLED',
  RequestLimitExceeded: 'THROTTLED',
  RequestThrottled: 'THROTTLED',
  RequestThrottledException: 'THROTTLED',
  SlowDown: 'THROTTLED',
  ThrottledException: 'THROTTLED',
  Throttling: 'THROTTLED',
  ThrottlingException: 'THROTTLED',
  TooManyRequestsException: 'THROTTLED',
  TransactionInProgressException: 'THROTTLED',
  TooManyUpdates: 'THROTTLED',
  RequestTimeout: 'UNREACHABLE',
  RequestTimeoutException: 'UNREACHABLE',
  // The service gave up before it had an answer.
  RequestAbortedException: 'UNREACHABLE',
  InternalError: 'UNREACHABLE',
  InternalFailure: 'UNREACHABLE',
  InternalServerError: 'UNREACHABLE',
  ServiceUnavailable: 'UNREACHABLE',
  HierarchyLevelLimitExceededException: 'INVALID_NAME',
  InvalidParameterException: 'INVALID_NAME',
  ParameterPatternMismatchException: 'INVALID_NAME',
  ValidationException: 'INVALID_NAME',
  // Of Secrets Manager: there is no such secret, or no such version of it.
  ResourceNotFoundException: 'MISSING',
  // Of IAM.
  NoSuchEntity: 'MISSING',
  AbortError: 'UNREACHABLE',
  TimeoutError: 'UNREACHABLE',
}

/** @returns undefined for a bug. */
export function awsErrorCode(error: unknown): FailureCode | undefined {
  if (!(error instanceof Error)) return undefined
  const name = fact(error, 'name')
  if (hostOfTransportError(error) !== undefined) return 'UNREACHABLE'
  if (/^Region (is missing|not accepted)/.test(error.message)) return 'REGION_MISSING'
  // STS could not read the cluster's OIDC keys just now; the token itself was not judged.
  if (name === 'InvalidIdentityToken' && /retrieve verification key/.test(error.message)) return 'UNREACHABLE'
  const known = name !== undefined && Object.hasOwn(codes, name) ? codes[name] : undefined
  if (known) return known
  const status = statusOf(error)
  const isService = fact(error, '$fault') !== undefined
  if (status === 429) return 'THROTTLED'
  if (status !== undefined && (status === 408 || status >= 500)) return 'UNREACHABLE'
  if (isService) return isNamed(error) ? 'REFUSED' : 'BAD_ANSWER'
  // A response arrived, but the SDK could not parse it: HTML of a proxy, truncated JSON.
  if (status !== undefined || '$response' in error) return 'BAD_ANSWER'
  const code = fact(error, 'code')
  return code !== undefined && isTransportCode(code) ? 'UNREACHABLE' : undefined
}

/** AWS names its errors; a gateway in front of it, or in its place, does not. `Unknown` is ours, the other the SDK's. */
export function isNamed(error: unknown): boolean {
  return !['Unknown', 'UnknownError'].includes(fact(error, 'name') ?? 'Unknown')
}

/** The HTTP status of a response; undefined where none arrived. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const { $metadata } = error
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata))
    return undefined
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined
}

export function fact(error: unknown, key: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

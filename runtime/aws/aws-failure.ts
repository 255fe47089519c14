/**
 * Maps an error of an AWS call to a Failure. Only the error's name is kept and, where it cannot quote a value, its
 * message: the rest of it (`$response`, the text of a JSON error) may contain secret values.
 */
import type { Rejection } from './aws-credentials.ts'
import { awsErrorCode, fact, isNamed, statusOf } from './aws-error-code.ts'
import { awsHint, certificateHint, regionHint } from './aws-hint.ts'
import { type AwsOperation, services } from './aws-operation.ts'
import { denialOf, isOfKms } from './denied-by.ts'
import { failed, type FailureCode, failureOf } from '../failure.ts'
import { hostOfTransportError } from '../http/transport-error.ts'

const meanings: Readonly<Partial<Record<FailureCode, (service: string) => string>>> = {
  ACCESS_DENIED: () => 'access is denied',
  BAD_ANSWER: (service) => `the response is not one of ${service}`,
  CREDENTIALS_REFUSED: () => 'the credentials are not accepted',
  CREDENTIALS_MISSING: () => 'no AWS credentials were found',
  THROTTLED: () => 'too many requests',
  MISSING: () => 'it does not exist',
  INVALID_NAME: (service) =>
    `${service === 'SSM' ? 'Parameter Store' : service} rejected the name or the value`,
  REGION_MISSING: () => 'the AWS region is missing or invalid',
}

type CallFacts = {
  /** The host that was called. */
  readonly host: string
  /** What was called, where it is not the service of the operation. */
  readonly service?: string
  /** The role in use, where the error does not name it. */
  readonly role?: string | undefined
  /** What was sent and must not be shown: a message that quotes it is dropped. */
  readonly secret?: string | undefined
}

/** @returns the failure as an error, or the error itself if it is a bug. */
export function awsFailure(error: unknown, operation: AwsOperation, facts: CallFacts): unknown {
  if (failureOf(error) !== undefined) return error
  const mapped = awsErrorCode(error)
  if (mapped === undefined) return error
  // A role that cannot be assumed means no credentials; its permissions were not evaluated.
  const isRole = operation === 'AssumeRoleWithWebIdentity' && mapped === 'ACCESS_DENIED'
  const code = isRole ? 'CREDENTIALS_REFUSED' : mapped
  const name = fact(error, 'name')
  const isService = fact(error, '$fault') !== undefined
  const transportHost = hostOfTransportError(error)
  const isTransport = transportHost !== undefined
  const status = statusOf(error)
  const said = isService || isTransport ? fact(error, 'message') : undefined
  // The SDK's, where a response has no message.
  const words = said === undefined || said === 'UnknownError' ? '' : said.replace(adviceOfNode, '')
  // Disabled, pending deletion, or gone.
  const isOfKey = code === 'REFUSED' && (ofUnusableKey.has(name ?? '') || isOfKms(words))
  const denial = code === 'ACCESS_DENIED' ? denialOf(words) : undefined

  const { service = services[operation] } = facts
  const host = transportHost ?? facts.host
  // The ARN of a secret that does not exist has no suffix, so a grant with six "?" does not match it.
  const mayBeMissing =
    service === 'Secrets Manager' && denial?.deniedBy === 'IAM' && denial.hint === undefined
  const meaning = isOfKey
    ? 'the KMS key cannot be used'
    : mayBeMissing
      ? 'the secret is missing or not granted'
      : code === 'UNREACHABLE'
        ? `${service} at ${host} ${status === undefined ? 'was not reached' : 'failed'}`
        : (meanings[code]?.(service) ?? `${service} rejected the request`)
  const shown = code === 'REGION_MISSING' ? undefined : shownOf(error, isService)

  // A service may quote its input: PutParameter the value, in whole or in part, STS the token.
  const isQuoting = facts.secret !== undefined && words.includes(facts.secret)
  const isSafe = operation !== 'PutParameter' || isTransport || quotesNoSecret.has(code)
  const role = /:assumed-role\/([^/\s]+)/.exec(words)?.[1] ?? facts.role
  const hint = isTransport
    ? certificateHint(fact(error, 'code') ?? '')
    : code === 'REGION_MISSING'
      ? regionHint
      : name === undefined
        ? undefined
        : awsHint(name, operation, fact(error, 'message') ?? '')
  return failed({
    code,
    message: `${operation}: ${meaning}${shown === undefined ? '' : ` (${shown})`}`,
    ...(hint === undefined ? {} : { hint }),
    ...(words !== '' && isSafe && !isQuoting ? { detail: words } : {}),
    ...denial,
    ...(isOfKey ? { deniedBy: 'KMS' } : {}),
    ...(role === undefined ? {} : { role }),
    service,
    host,
  })
}

/** Which Node adds to errors of certificates; the programs have no such option. */
const adviceOfNode = /; if the root CA is installed locally, .*$/

const ofUnusableKey: ReadonlySet<string> = new Set(['InvalidKeyId', 'DecryptionFailure'])

/** The name or code of an error or, where a gateway answered in place of the service, only the HTTP status. */
function shownOf(error: unknown, isService: boolean): string | undefined {
  const status = statusOf(error)
  if (status !== undefined && !(isService && isNamed(error))) return `HTTP ${status}`
  return fact(error, 'code') ?? fact(error, 'name')
}

/** How a call rejected its credentials, so that others could help; undefined for every other failure. */
export function rejectionIn(error: unknown): Rejection | undefined {
  const { code, deniedBy } = failureOf(error) ?? {}
  if (code === 'CREDENTIALS_REFUSED') return 'refused'
  return code === 'ACCESS_DENIED' && deniedBy === 'IAM' ? 'denied' : undefined
}

/** Errors of PutParameter about the account, the key or the caller, not about the value. */
const quotesNoSecret: ReadonlySet<FailureCode> = new Set([
  'ACCESS_DENIED',
  'REFUSED',
  'CREDENTIALS_REFUSED',
  'THROTTLED',
])

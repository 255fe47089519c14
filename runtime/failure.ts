/**
 * What can go wrong at run time outside of us: a closed set of codes, to branch on; the message is for people. An
 * error that carries one has it, with the other facts, in `error.cause`; any other error is a bug of ours.
 */
import { exitCode, type ExitCode } from '../api/exit-code.ts'

/** Each code with what it means to the program that ends with it. */
const exitCodes = {
  /** The store has no such parameter, or no such version or label of it. */
  MISSING: exitCode.missing,
  ACCESS_DENIED: exitCode.denied,
  CREDENTIALS_MISSING: exitCode.denied,
  /** The store, or STS, knows the caller too little to ask what it may do: an expired token, a role it may not assume. */
  CREDENTIALS_REFUSED: exitCode.denied,
  /** The store refuses for a reason that only a person can remove: a quota, a key that cannot be used. */
  REFUSED: exitCode.denied,
  THROTTLED: exitCode.unreachable,
  UNREACHABLE: exitCode.unreachable,
  /** The answer of the store cannot be distinguished from a broken connection. */
  BAD_ANSWER: exitCode.unreachable,
  /** It was not done because this process is stopping, or is no longer the leader. */
  ABANDONED: exitCode.unreachable,
  INVALID_NAME: exitCode.input,
  SELECTOR_UNSUPPORTED: exitCode.input,
  /** A stored value is not what kees stores under such a name. */
  INVALID_VALUE: exitCode.input,
  REGION_MISSING: exitCode.usage,
  /** The address to listen on is taken, or not ours. */
  LISTEN_REFUSED: exitCode.usage,
  /** Others can read the folder of the file store. */
  STORE_UNSAFE: exitCode.usage,
  STORE_UNREADABLE: exitCode.usage,
  STORE_UNWRITABLE: exitCode.output,
  OUTPUT_UNWRITABLE: exitCode.output,
} as const satisfies Record<string, ExitCode>

export type FailureCode = keyof typeof exitCodes

/** For the documents. */
export const failureCodes: readonly string[] = Object.keys(exitCodes)

export type Failure = {
  readonly code: FailureCode
  /** The fact, in one sentence without secret values and without ARNs. */
  readonly message: string
  /** What to do about it. One sentence, under the rules of the message. */
  readonly hint?: string
  /** The message of the service itself. It may contain ARNs, so it is for the log only. */
  readonly detail?: string
  /** What denied access, where that is known. */
  readonly deniedBy?: DeniedBy
  /** The name of the role in use, where it is known. */
  readonly role?: string
  /** The service that was called, and its host, with the port where it is not the protocol's own. */
  readonly service?: string
  readonly host?: string
}

/** A grant that is missing, the key that encrypts the value, or the kind of policy that denies in spite of a grant. */
const deniedByKinds = ['IAM', 'KMS', 'SCP', 'RCP', 'BOUNDARY', 'SESSION_POLICY', 'ENDPOINT_POLICY'] as const
export type DeniedBy = (typeof deniedByKinds)[number]

export function failed({ message, ...facts }: Failure): Error {
  return new Error(message, { cause: facts })
}

/** The Failure that an error carries; undefined for a bug. */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined
  const { cause } = error
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined
  const { code, deniedBy, ...rest }: Readonly<Record<string, unknown>> = { ...cause }
  if (!isFailureCode(code)) return undefined
  return {
    code,
    message: error.message,
    ...textsIn(rest, ['hint', 'detail', 'role', 'service', 'host']),
    ...(isDeniedBy(deniedBy) ? { deniedBy } : {}),
  }
}

/** A failure without its message, as fields of a log line. */
export function failureFields({ message: _message, ...facts }: Failure): Omit<Failure, 'message'> {
  return facts
}

function textsIn<const K extends string>(
  facts: Readonly<Record<string, unknown>>,
  names: readonly K[],
): Partial<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {}
  for (const name of names) {
    const text = facts[name]
    if (typeof text === 'string') texts[name] = text
  }
  return texts
}

function isDeniedBy(value: unknown): value is DeniedBy {
  return deniedByKinds.some((kind) => kind === value)
}

/** @param failure the result of failureOf for the error that ended the program. */
export function exitCodeOf(failure: Failure | undefined): ExitCode {
  return failure === undefined ? exitCode.bug : exitCodes[failure.code]
}

function isFailureCode(code: unknown): code is FailureCode {
  return typeof code === 'string' && Object.hasOwn(exitCodes, code)
}

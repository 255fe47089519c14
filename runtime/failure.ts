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

/** Another program that is called, and its host, with the port where it is not the protocol's own. */
export type Peer = { readonly service: string; readonly host: string }

/** What only the answer of another program, or its silence, can cause. Such a failure names that program. */
type PeerCode =
  | 'ACCESS_DENIED'
  | 'BAD_ANSWER'
  | 'CREDENTIALS_REFUSED'
  | 'REFUSED'
  | 'THROTTLED'
  | 'UNREACHABLE'

export type Failure = FailureFacts &
  (({ readonly code: PeerCode } & Peer) | ({ readonly code: Exclude<FailureCode, PeerCode> } & Partial<Peer>))

type FailureFacts = {
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
}

/** A grant that is missing, the key that encrypts the value, or the kind of policy that denies in spite of a grant. */
export type DeniedBy = 'IAM' | 'KMS' | 'SCP' | 'RCP' | 'BOUNDARY' | 'SESSION_POLICY' | 'ENDPOINT_POLICY'

/** A failure without its message. */
type Cause = Failure extends infer F ? (F extends Failure ? Omit<F, 'message'> : never) : never

const causes = new WeakSet<object>()

export function failed({ message, ...cause }: Failure): Error {
  causes.add(cause)
  return new Error(message, { cause })
}

/** The Failure that an error carries; undefined for a bug. */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined
  const { cause } = error
  return isOfFailure(cause) ? { message: error.message, ...cause } : undefined
}

function isOfFailure(cause: unknown): cause is Cause {
  return typeof cause === 'object' && cause !== null && causes.has(cause)
}

/** As fields of a log line. */
export function failureFields({ message: _message, ...facts }: Failure): Cause {
  return facts
}

/** @param failure the result of failureOf for the error that ended the program. */
export function exitCodeOf(failure: Failure | undefined): ExitCode {
  return failure === undefined ? exitCode.bug : exitCodes[failure.code]
}

/** Why some work failed; undefined where it did not. A bug is thrown. */
export async function failureIn(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return failure
  }
}

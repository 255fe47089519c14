import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { exitCodeOf, type Failure, failureOf } from '../../runtime/failure.ts'

/** One line of `kees doctor`. */
export type Check = {
  /** What was checked, in one or two words. */
  readonly check: string
  readonly status: 'ok' | 'warning' | 'error'
  readonly message: string
  /** What to do; of each warning and error. */
  readonly hint?: string
  /** The parameters that it is about, as formatRef names them. */
  readonly refs?: readonly string[]
  /** What the program ends with because of an error. */
  readonly exit: ExitCode
}

export function ok(check: string, message: string): Check {
  return { check, status: 'ok', message, exit: exitCode.done }
}

export function warning(check: string, message: string, hint: string): Check {
  return { check, status: 'warning', message, hint, exit: exitCode.done }
}

export function error(check: string, message: string, hint: string, exit: ExitCode): Check {
  return { check, status: 'error', message, hint, exit }
}

/** What a call answered is checked; where it failed, that is the only line. @param hint where the failure has none. */
export async function checked<T>(
  check: string,
  call: () => Promise<T>,
  of: (answer: T) => readonly Check[] | Promise<readonly Check[]>,
  unread: (failure: Failure) => readonly Check[] = (failure) => [ofFailure(check, failure)],
): Promise<readonly Check[]> {
  let answer: T
  try {
    answer = await call()
  } catch (thrown) {
    const failure = failureOf(thrown)
    if (failure === undefined) throw thrown
    return unread(failure)
  }
  return of(answer)
}

/** What to do where a failure itself does not say it. */
const remedies: Partial<Record<Failure['code'], string>> = {
  UNREACHABLE: 'check the network, DNS, the proxy and the address that the message names',
  BAD_ANSWER: 'check which server answers there: a proxy, or a wrong AWS_ENDPOINT_URL',
  THROTTLED: 'try again in a minute; if it happens often, see docs/operations.md, "Quotas"',
  CREDENTIALS_MISSING: 'sign in, such as by aws sso login, or set AWS_PROFILE',
  CREDENTIALS_REFUSED: 'sign in again: the credentials have expired, or are not those of this account',
}

export function ofFailure(check: string, failure: Failure): Check {
  const { message, detail, code } = failure
  const hint = remedies[code] ?? `see ${code} in docs/operations.md, "By error code"`
  const whole = detail === undefined ? message : `${message}: ${detail}`
  return error(check, whole, failure.hint ?? hint, exitCodeOf(failure))
}

/** A part of the cluster that the caller may not read is no fault of the cluster. @param right such as `list nodes`. */
export function unreadable(check: string, right: string): (failure: Failure) => readonly Check[] {
  return (failure) =>
    failure.code === 'ACCESS_DENIED'
      ? [warning(check, `not checked: you may not ${right}`, `ask for the right to ${right}`)]
      : [ofFailure(check, failure)]
}

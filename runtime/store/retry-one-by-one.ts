import { type Failure, type FailureCode, failureIn } from '../failure.ts'

/** One name can cause these for a whole call; SSM returns nothing about the others then. */
const ofOneName: ReadonlySet<FailureCode> = new Set(['ACCESS_DENIED', 'INVALID_NAME', 'SELECTOR_UNSUPPORTED'])

export function mayBeOfOneName({ code, deniedBy }: Failure): boolean {
  // A KMS key that cannot be used is that of one parameter too.
  return ofOneName.has(code) || (code === 'REFUSED' && deniedBy === 'KMS')
}

/**
 * Calls once for all; where one name may be the cause of the failure, once more for each alone. @param call handles its
 * own response. @param fail is called with the failure of each. Any other error is thrown.
 */
export async function retryOneByOne<Q>(
  requests: readonly Q[],
  call: (requests: readonly Q[]) => Promise<void>,
  fail: Fail<Q>,
): Promise<void> {
  const failure = await failureIn(() => call(requests))
  if (failure === undefined) return
  if (mayBeOfOneName(failure) && requests.length > 1) {
    for (const request of requests) await callTogether([request], call, fail)
  } else for (const request of requests) fail(request, failure, requests.length)
}

/** Calls once; a failure is the failure of each. */
export async function callTogether<Q>(
  requests: readonly Q[],
  call: (requests: readonly Q[]) => Promise<void>,
  fail: Fail<Q>,
): Promise<void> {
  const failure = await failureIn(() => call(requests))
  if (failure === undefined) return
  for (const request of requests) fail(request, failure, requests.length)
}

/** @param of how many requests the call combined. */
type Fail<Q> = (request: Q, failure: Failure, of: number) => void

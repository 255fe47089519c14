import { mapOf } from '../../api/json.ts'
import { failed, type FailureCode } from '../failure.ts'
import type { ApiAnswer } from './api-server.ts'

/**
 * An answer that is not the one that was asked for, as an error. Its body is a Status, whose message is the API server's own
 * and quotes no annotation. @param what was refused, such as "list pods".
 */
export function apiRefusal({ status, body }: ApiAnswer, what: string): Error {
  const { message } = mapOf(body)
  return failed({
    code: codeOf(status),
    message: `the API server refused to ${what} (HTTP ${status})`,
    ...(typeof message === 'string' ? { detail: message } : {}),
  })
}

function codeOf(status: number): FailureCode {
  if (status === 401 || status === 403) return 'ACCESS_DENIED'
  // A selector or an object that is not valid: trying again does not help.
  return status === 400 || status === 422 ? 'REFUSED' : 'UNREACHABLE'
}

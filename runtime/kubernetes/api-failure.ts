import { mapOf } from '../../api/json.ts'
import { failed, type Peer } from '../failure.ts'
import type { ApiAnswer } from './api-server.ts'

/**
 * An unexpected answer as a Failure. Its body is a Status, whose message comes from the API server and quotes no annotation.
 * @param what was requested, such as "list pods".
 */
export function apiFailure({ status, body }: ApiAnswer, what: string, peer: Peer): Error {
  const { message } = mapOf(body)
  const fact =
    status < 400
      ? `failed to ${what}: the response is not one of the API server`
      : `the API server refused to ${what}`
  return failed({
    code: codeOf(status),
    message: `${fact} (HTTP ${status})`,
    ...(typeof message === 'string' ? { detail: message } : {}),
    ...peer,
  })
}

function codeOf(status: number) {
  // JSON, but of another server.
  if (status < 400) return 'BAD_ANSWER'
  if (status === 401 || status === 403) return 'ACCESS_DENIED'
  // A selector or an object that is not valid: trying again does not help.
  return status === 400 || status === 422 ? 'REFUSED' : 'UNREACHABLE'
}

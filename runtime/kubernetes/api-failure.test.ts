import t from 'tap'
import { failureOf } from '../failure.ts'
import { apiFailure } from './api-failure.ts'
import { peer } from '../fixtures.ts'

const codes = [
  [0, 'BAD_ANSWER'],
  [200, 'BAD_ANSWER'],
  [400, 'REFUSED'],
  [401, 'ACCESS_DENIED'],
  [403, 'ACCESS_DENIED'],
  [409, 'UNREACHABLE'],
  [422, 'REFUSED'],
  [429, 'UNREACHABLE'],
  [500, 'UNREACHABLE'],
  [503, 'UNREACHABLE'],
] as const

for (const [status, code] of codes) {
  const failure = failureOf(apiFailure({ status, body: { message: 'because' } }, 'list pods', peer))
  t.strictSame(
    failure,
    {
      code,
      message: `${status < 400 ? 'failed to list pods: the response is not one of the API server' : 'the API server refused to list pods'} (HTTP ${status})`,
      detail: 'because',
      ...peer,
    },
    `HTTP ${status} is ${code}`,
  )
}
t.equal(failureOf(apiFailure({ status: 502, body: '<html>' }, 'list pods', peer))?.detail, undefined)

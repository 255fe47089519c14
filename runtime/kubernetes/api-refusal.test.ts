import t from 'tap'
import { failureOf } from '../failure.ts'
import { apiRefusal } from './api-refusal.ts'

const codes = [
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
  const refusal = failureOf(apiRefusal({ status, body: { message: 'because' } }, 'list pods'))
  t.strictSame(
    refusal,
    { code, message: `the API server refused to list pods (HTTP ${status})`, detail: 'because' },
    `HTTP ${status} is ${code}`,
  )
}
t.equal(failureOf(apiRefusal({ status: 502, body: '<html>' }, 'list pods'))?.detail, undefined)

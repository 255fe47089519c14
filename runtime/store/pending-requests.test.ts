import t from 'tap'
import type { FailureCode } from '../failure.ts'
import { retryUntil, callsFor, nextDue, type PendingRequest, pendingRequests } from './pending-requests.ts'
import { peer } from '../fixtures.ts'

const limits = { deadline: 300_000, deniedWait: 30_000 }

/** A request that the store has answered in the same way since a time. */
function question(name: string, code: FailureCode, since?: number): PendingRequest {
  return {
    ref: { name },
    missingWait: 10_000,
    failure: { code, message: '', ...peer },
    shared: false,
    since: new Map(since === undefined ? [] : [[code, since]]),
  }
}

t.test('a parameter that is wanted twice is one request, with the longer wait', async (t) => {
  const open = pendingRequests(
    [
      { ref: { name: '/a' }, missingWait: 10 },
      { ref: { name: '/a' }, missingWait: 20 },
      { ref: { name: '/a', selector: '3' }, missingWait: 5 },
    ],
    peer,
  )
  t.strictSame(
    [...open].map(([key, { missingWait }]) => [key, missingWait]),
    [
      ['/a', 20],
      ['/a:3', 5],
    ],
  )
})

const ends: readonly (readonly [code: FailureCode, since: number | undefined, until: number])[] = [
  ['UNREACHABLE', undefined, Infinity],
  ['UNREACHABLE', 5, Infinity],
  ['THROTTLED', 5, Infinity],
  ['BAD_ANSWER', 5, Infinity],
  ['MISSING', 5, 10_005],
  ['ACCESS_DENIED', 5, 30_005],
  ['CREDENTIALS_MISSING', 5, 30_005],
  ['CREDENTIALS_REFUSED', 5, 30_005],
  ['REGION_MISSING', 5, 30_005],
  ['REFUSED', 5, 5],
  ['INVALID_NAME', 5, 5],
]
for (const [code, since, until] of ends) {
  t.equal(
    retryUntil(question('/a', code, since), limits),
    until,
    `${code} since ${since} is asked until ${until}`,
  )
}

t.equal(nextDue([Infinity, Infinity]), Infinity, 'what has no end is never due')
t.equal(nextDue([5000, 5400, 9000, Infinity]), 5400, 'ends that are near each other are one')

t.test(
  'denied names are requested together, apart from the others, and one by one when their wait is over',
  async (t) => {
    const open = [
      question('/missing', 'MISSING', 0),
      question('/denied1', 'ACCESS_DENIED', 0),
      question('/denied2', 'ACCESS_DENIED', 1000),
      question('/unasked', 'UNREACHABLE'),
    ]
    const callsAt = (now: number) =>
      callsFor(open, limits, now).map(({ refs, isNarrowed }) => [
        refs.map(({ name }) => name).join(),
        isNarrowed,
      ])
    t.strictSame(callsAt(2000), [
      ['/missing,/unasked', true],
      ['/denied1,/denied2', false],
    ])
    t.strictSame(callsAt(30_000), [
      ['/missing,/unasked', true],
      ['/denied2', false],
      ['/denied1', false],
    ])
  },
)

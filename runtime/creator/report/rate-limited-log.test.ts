import t from 'tap'
import { virtualClock, peer } from '../../fixtures.ts'
import type { Fields } from '../../log.ts'
import { rateLimitedLog } from './rate-limited-log.ts'

t.test('the same warning is logged once in ten seconds, and then how often it was left out', async (t) => {
  const clock = virtualClock()
  const logged: [string, Fields | undefined][] = []
  const warn = rateLimitedLog(clock, {
    warn: (message, fields) => void logged.push([message, fields]),
  })
  const failure = { code: 'UNREACHABLE', message: 'the store was not reached', ...peer } as const
  for (let time = 0; time < 1000; time++) warn('a call failed', failure)
  warn('a call failed', { code: 'THROTTLED', message: 'too many calls', ...peer })
  warn('something else')
  t.match(logged, [
    ['a call failed', { code: 'UNREACHABLE', problem: 'the store was not reached' }],
    ['a call failed', { code: 'THROTTLED' }],
    ['something else', {}],
  ])
  await clock.sleep(10_000)
  warn('a call failed', failure)
  t.match(logged[3], ['a call failed', { code: 'UNREACHABLE', suppressed: 999 }])
  await clock.sleep(10_000)
  warn('a call failed', failure)
  t.notMatch(logged[4], [String, { suppressed: Number }])
})

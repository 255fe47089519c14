import t from 'tap'
import { virtualClock } from '../fixtures.ts'
import type { Fields } from '../log.ts'
import { rateLimitedLog } from './rate-limited-log.ts'

t.test('the same is said once in ten seconds, and then how often it was not', async (t) => {
  const clock = virtualClock()
  const said: [string, Fields | undefined][] = []
  const complain = rateLimitedLog(clock, { warn: (message, fields) => void said.push([message, fields]) })
  const failure = { code: 'UNREACHABLE', message: 'the store was not reached' } as const
  for (let time = 0; time < 1000; time++) complain('a call failed', failure)
  complain('a call failed', { code: 'THROTTLED', message: 'too many calls' })
  complain('something else')
  t.match(said, [
    ['a call failed', { code: 'UNREACHABLE', problem: 'the store was not reached' }],
    ['a call failed', { code: 'THROTTLED' }],
    ['something else', {}],
  ])
  await clock.sleep(10_000)
  complain('a call failed', failure)
  t.match(said[3], ['a call failed', { code: 'UNREACHABLE', unsaid: 999 }])
  await clock.sleep(10_000)
  complain('a call failed', failure)
  t.notMatch(said[4], [String, { unsaid: Number }])
})

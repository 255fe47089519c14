import t from 'tap'
import { type FailureCode, failed } from '../failure.ts'
import { withAttempts } from './with-attempts.ts'

/** How often a call is made that fails like this, and what is waited in between. */
async function tries(code: FailureCode, throttledAttempts?: number) {
  let calls = 0
  const slept: number[] = []
  const call = async () => {
    calls++
    throw failed({ code, message: 'x', service: 'SSM', host: 'x' })
  }
  const sleep = async (milliseconds: number) => void slept.push(milliseconds)
  const made = withAttempts(call, throttledAttempts, sleep)()
  await made.catch(() => undefined)
  return { calls, slept }
}

t.test('a call that fails on its way, or is throttled, is made three times', async (t) => {
  for (const code of ['UNREACHABLE', 'THROTTLED'] as const)
    t.strictSame(await tries(code), { calls: 3, slept: [200, 400] })
})

t.test('one with a low quota is more patient where it is throttled', async (t) => {
  t.strictSame(await tries('THROTTLED', 5), { calls: 5, slept: [200, 400, 800, 1600] })
  t.equal((await tries('UNREACHABLE', 5)).calls, 3)
})

t.test('any other failure is final', async (t) => {
  t.strictSame(await tries('ACCESS_DENIED', 5), { calls: 1, slept: [] })
})

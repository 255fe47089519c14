import t from 'tap'
import { virtualClock } from '../../fixtures.ts'
import { hourlyQuota } from './hourly-quota.ts'

const hour = 3_600_000

t.test('the limit holds in any hour, for each namespace', async (t) => {
  const clock = virtualClock()
  const quota = hourlyQuota(clock)
  t.equal(quota.take('a', 2, 3), 'taken')
  await clock.sleep(1000)
  t.equal(quota.take('a', 1, 3), 'taken')
  t.strictSame(quota.take('a', 1, 3), { at: hour })
  t.strictSame(quota.take('a', 3, 3), { at: hour + 1000 })
  t.equal(quota.take('b', 3, 3), 'taken')
  await clock.sleep(hour - 1000)
  t.equal(quota.take('a', 2, 3), 'taken')
  t.strictSame(quota.take('a', 1, 3), { at: hour + 1000 })
})

t.test(
  'quota that was not used is given back; a request over the limit is repeated in an hour',
  async (t) => {
    const quota = hourlyQuota(virtualClock())
    t.equal(quota.take('a', 2, 2), 'taken')
    quota.giveBack('a', 1)
    quota.giveBack('a', 0)
    t.equal(quota.take('a', 1, 2), 'taken')
    t.strictSame(quota.take('b', 2, 1), { at: hour })
    t.strictSame(quota.take('b', 1, 0), { at: hour })
    t.equal(quota.take('c', 1000, Infinity), 'taken')
  },
)

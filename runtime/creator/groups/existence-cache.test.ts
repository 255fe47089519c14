import t from 'tap'
import { virtualClock } from '../../fixtures.ts'
import { ExistenceCache } from './existence-cache.ts'

t.test('existence is known for ten minutes, absence for one reconciliation', async (t) => {
  const clock = virtualClock()
  const memory = new ExistenceCache(clock, () => 1)
  memory.note('/a', true)
  memory.note('/b', false)
  t.strictSame(
    ['/a', '/b', '/c'].map((name) => memory.stateOf(name)),
    ['exists', 'absent', 'unknown'],
  )
  memory.forgetAbsent()
  t.equal(memory.stateOf('/b'), 'unknown')
  t.equal(memory.checkAt(), 600_000)
  t.equal(memory.knownCount(), 1)
  await clock.sleep(600_000)
  t.equal(memory.stateOf('/a'), 'unknown')
})

t.test(
  'the times have jitter, so that parameters that were seen together are not looked up together',
  async (t) => {
    const memory = new ExistenceCache(virtualClock(), () => 0)
    memory.note('/a', true)
    t.equal(memory.checkAt(), 450_000)
  },
)

t.test('a parameter that existed and is absent counts as just deleted for half a minute', async (t) => {
  const clock = virtualClock()
  const memory = new ExistenceCache(clock, () => 1)
  memory.note('/a', true)
  await clock.sleep(600_000)
  memory.note('/a', false)
  t.equal(memory.stateOf('/a'), 'just deleted')
  t.equal(memory.deletionsEnd(), 630_000)
  memory.forgetAbsent()
  await clock.sleep(30_000)
  memory.note('/a', false)
  t.equal(memory.stateOf('/a'), 'absent')
  memory.note('/a', true)
  t.equal(memory.stateOf('/a'), 'exists')
  t.equal(memory.deletionsEnd(), -Infinity)
})

t.test('after a doubt everything is looked up again, and a deletion is noticed', async (t) => {
  const memory = new ExistenceCache(virtualClock(), () => 1)
  memory.note('/a', true)
  memory.doubt()
  t.equal(memory.stateOf('/a'), 'unknown')
  memory.note('/a', false)
  t.equal(memory.stateOf('/a'), 'just deleted')
})

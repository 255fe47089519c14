import fc from 'fast-check'
import t from 'tap'
import { DelayQueue } from './delay-queue.ts'

t.test(
  'items are returned when they are due, the earliest first, at the time that was set last',
  async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      at: fc.nat(20),
      drop: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const due = new DelayQueue<string>()
        const model = new Map<string, number>()
        for (const { key, at, drop } of steps) {
          if (drop) {
            due.delete(key)
            model.delete(key)
          } else {
            due.set(key, at, key)
            model.set(key, at)
          }
        }
        for (let now = 0; now <= 20; now++) {
          const earliest = model.size === 0 ? undefined : Math.min(...model.values())
          if (due.earliest() !== earliest) return false
          const expected = [...model].filter(([, at]) => at <= now).map(([key]) => key)
          for (const key of expected) model.delete(key)
          if (due.take(now).toSorted().join() !== expected.toSorted().join()) return false
        }
        return due.earliest() === undefined
      }),
    )
  },
)

t.test('many keys that are set three times are returned once, in order', async (t) => {
  const due = new DelayQueue<string>()
  for (let round = 0; round < 3; round++) {
    for (let key = 0; key < 2000; key++) due.set(`${key}`, ((key * 7919) % 2000) + round, `${key}`)
  }
  let last = 0
  for (let now = 0; now < 2002; now++) {
    for (const key of due.take(now)) {
      const at = ((Number(key) * 7919) % 2000) + 2
      if (at !== now || at < last) t.fail(`${key} came at ${now}`)
      last = at
    }
  }
  t.equal(due.earliest(), undefined)
})

t.test('keys that are added and removed before their time are not kept', async (t) => {
  const due = new DelayQueue<string>()
  for (let key = 0; key < 100_000; key++) {
    due.set(`${key}`, 600_000, `${key}`)
    due.delete(`${key}`)
  }
  t.ok(due.kept() < 100, `${due.kept()} entries are kept`)
  for (let round = 0; round < 100_000; round++) due.set('one', round, 'one')
  t.ok(due.kept() < 100, `${due.kept()} entries are kept of one key that is set again and again`)
  t.strictSame(due.take(99_999), ['one'])
})

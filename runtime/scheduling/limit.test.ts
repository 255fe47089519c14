import t from 'tap'
import { virtualClock } from '../fixtures.ts'
import { limitConcurrency } from './limit.ts'

t.test('no more than so many at once, in their order, also after one failed', async (t) => {
  const clock = virtualClock()
  let [running, most] = [0, 0]
  const begun: number[] = []
  const work = limitConcurrency(2, async (item: number) => {
    begun.push(item)
    most = Math.max(most, ++running)
    await clock.sleep(100)
    running--
    if (item === 1) throw new Error('one')
    return item * 10
  })
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map(work))
  t.strictSame(begun, [0, 1, 2, 3, 4])
  t.equal(most, 2)
  t.equal(clock.now(), 300)
  t.strictSame(
    results.map((one) => (one.status === 'fulfilled' ? one.value : 'failed')),
    [0, 'failed', 20, 30, 40],
  )
  t.equal(await work(7), 70)
})

import t from 'tap'
import { virtualClock } from '../fixtures.ts'
import { limitConcurrency } from './limit.ts'

t.test('at most so many calls run at a time, in order, also after one failed', async (t) => {
  const clock = virtualClock()
  const begun: number[] = []
  let [running, most] = [0, 0]
  const work = limitConcurrency(2, async (index: number) => {
    begun.push(index)
    most = Math.max(most, ++running)
    await clock.sleep(10)
    running--
    if (index === 1) throw new Error('one failed')
    return index
  })
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((index) => work('n', index)))
  t.strictSame(
    results.map((one) => (one.status === 'fulfilled' ? one.value : 'failed')),
    [0, 'failed', 2, 3, 4],
  )
  t.strictSame([begun, most, running], [[0, 1, 2, 3, 4], 2, 0])
  t.equal(await work('n', 7), 7)
})

t.test('a namespace with many calls delays another by the calls that run only', async (t) => {
  const clock = virtualClock()
  const work = limitConcurrency(2, async () => {
    await clock.sleep(1000)
    return clock.now()
  })
  const many = Array.from({ length: 100 }, () => work('many'))
  t.ok((await work('few')) <= 3000)
  await Promise.all(many)
  t.equal(clock.now(), 51_000)
})

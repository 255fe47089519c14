import fc from 'fast-check'
import t from 'tap'
import { FairQueue } from './fair-queue.ts'

t.test('the namespaces take turns, and each is served in its order', async (t) => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item.charAt(0), item)
  t.equal(queue.sizeOf('a'), 3)
  t.equal(queue.shift(), 'a1')
  queue.push('d', 'd1')
  t.strictSame(
    Array.from({ length: 7 }, () => queue.shift()),
    ['b1', 'c1', 'a2', 'd1', 'c2', 'a3', undefined],
  )
  t.equal(queue.size(), 0)
})

t.test(
  'every item is returned once, and a namespace waits for at most one turn of each other namespace',
  async () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 3000 }), (pushed) => {
        const queue = new FairQueue<number>()
        pushed.forEach((namespace, index) => queue.push(String(namespace), index))
        const order: number[] = []
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) order.push(item)
        const first = order.slice(0, new Set(pushed).size).map((index) => pushed[index])
        return new Set(order).size === pushed.length && new Set(first).size === first.length
      }),
      { numRuns: 50 },
    )
  },
)

import fc from 'fast-check'
import t from 'tap'
import { IndexedHeap } from './indexed-heap.ts'

t.test('the first two are those of a sorted list, whatever is added, moved or removed', async () => {
  const step = fc.record({ item: fc.nat(12), order: fc.nat(1000), remove: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const items = Array.from({ length: 13 }, () => ({ order: 0 }))
      const heap = new IndexedHeap<{ order: number }>((a, b) => a.order < b.order)
      const model = new Set<{ order: number }>()
      for (const [number, { item, order, remove }] of steps.entries()) {
        const one = items[item]
        if (one === undefined) return false
        if (remove) {
          heap.delete(one)
          model.delete(one)
        } else {
          // No two have the same.
          one.order = order * 1000 + number
          heap.set(one)
          model.add(one)
        }
        const [first, second] = [...model].toSorted((a, b) => a.order - b.order)
        if (heap.first() !== first || heap.second() !== second) return false
      }
      return true
    }),
  )
})

import t from 'tap'
import { RareTimes } from './rare-times.ts'

t.test('a time is known until it is deleted', async (t) => {
  const times = new RareTimes()
  t.equal(times.get('a'), undefined)
  times.delete('a')
  times.set('a', 1)
  times.set('b', 2)
  times.set('a', 3)
  t.strictSame([times.get('a'), times.get('b')], [3, 2])
  times.delete('a')
  t.strictSame([times.get('a'), times.get('b')], [undefined, 2])
  times.delete('b')
  t.equal(times.get('b'), undefined)
})

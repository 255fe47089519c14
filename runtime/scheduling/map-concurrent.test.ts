import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { mapConcurrent } from './map-concurrent.ts'

await t.test('at most so many are at work at a time, and the results keep their order', async (test) => {
  let running = 0
  let most = 0
  const results = await mapConcurrent([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++running)
    for (let turn = 0; turn < item; turn++) await setImmediate()
    running--
    return item * 10
  })
  test.strictSame(results, [50, 10, 40, 20, 30])
  test.equal(most, 2)
})

await t.test('an empty list is done at once', async (test) => {
  test.strictSame(await mapConcurrent([], 3, () => Promise.reject(new Error('called'))), [])
})

await t.test('the first that fails fails the whole', async (test) => {
  await test.rejects(
    mapConcurrent([1, 2, 3], 1, async (item) => {
      if (item === 2) throw new Error('two')
    }),
    { message: 'two' },
  )
})

import t from 'tap'
import { clock } from './clock.ts'

await t.test('a sleep ends after its time', async (test) => {
  const before = clock.now()
  await clock.sleep(20)
  test.ok(clock.now() - before >= 18)
})

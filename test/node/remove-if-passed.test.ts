/** What a test made on the node stays there if the test failed. Needs no node. */
import t from 'tap'
import { removeIfPassed } from './remove-if-passed.ts'

for (const passed of [true, false]) {
  t.test(
    `pods of a test that ${passed ? 'passed' : 'failed'} are ${passed ? '' : 'not '}removed`,
    async (t) => {
      const teardowns: (() => unknown)[] = []
      let isPassing = true
      let removed = 0
      const test = { passing: () => isPassing, teardown: (one: () => unknown) => void teardowns.push(one) }
      removeIfPassed(test, async () => void removed++)
      t.equal(removed, 0, 'not before the end')
      isPassing = passed
      for (const one of teardowns) await one()
      t.equal(removed, passed ? 1 : 0)
    },
  )
}

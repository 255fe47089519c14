/** A small piece of what `npm run soak:functions` does for long. */
import fc from 'fast-check'
import t from 'tap'
import { brokenPromise } from '../hold-to-promise.ts'
import { arbitraryInput } from './arbitrary-input.ts'
import { injectInit } from './inject-init.ts'

t.test('any input is refused clearly or passes unharmed', async () => {
  fc.assert(
    fc.property(arbitraryInput, (input) => {
      const broken = brokenPromise(injectInit, input)
      if (broken !== undefined) throw new Error(broken)
    }),
    { numRuns: 300 },
  )
})

/** A small piece of what `npm run soak:functions` does for long. */
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { exportIam } from '../../functions/export-iam/export-iam.ts'
import { brokenInvariant } from '../../functions/krm/invariants.ts'
import { arbitraryInput } from '../../functions/inject-init/arbitrary-input.ts'
import { injectInit } from '../../functions/inject-init/inject-init.ts'

for (const krmFunction of [injectInit, exportIam]) {
  t.test(`${krmFunction.name} refuses any input clearly or passes it unharmed`, async () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const broken = brokenInvariant(krmFunction, input)
        if (broken !== undefined) throw new Error(broken)
      }),
      runs(500),
    )
  })
}

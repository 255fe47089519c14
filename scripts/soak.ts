// `npm run soak:functions [COUNT]`: runs the functions on that many generated ResourceLists, in batches with different
// seeds. A failure is shrunk and printed with its seed; add it as a case to functions/*/testdata.
import * as fc from 'fast-check'
import { exportIam } from '../functions/export-iam/export-iam.ts'
import { brokenInvariant } from '../functions/krm/invariants.ts'
import { arbitraryInput } from '../functions/inject-init/arbitrary-input.ts'
import { injectInit } from '../functions/inject-init/inject-init.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000)
const batch = 1000
const start = Date.now()
let found = 0

for (let done = 0; done < total; done += batch) {
  const outcome = fc.check(
    fc.property(arbitraryInput, (input) => {
      for (const krmFunction of [injectInit, exportIam]) {
        const broken = brokenInvariant(krmFunction, input)
        if (broken !== undefined) throw new Error(`${krmFunction.name}: ${broken}`)
      }
    }),
    { numRuns: Math.min(batch, total - done), seed: seed + done },
  )
  if (outcome.failed) {
    found++
    process.stdout.write(
      `seed ${seed + done}: ${String(outcome.errorInstance)}\n${JSON.stringify(outcome.counterexample)}\n`,
    )
  }
  const so = done + batch
  if (so % 10_000 === 0) {
    process.stderr.write(`${so} inputs, ${found} found, ${Math.round((Date.now() - start) / 1000)} s\n`)
  }
}
process.stdout.write(`${total} inputs from seed ${seed}: ${found} found\n`)
process.exitCode = found === 0 ? 0 : 1

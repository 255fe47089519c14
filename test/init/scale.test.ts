/** A thousand inits that start together, against a store limited to AWS's 40 calls a second, in virtual time. */
import t from 'tap'
import { isLong } from '../programs/long.ts'
import { simulateInits } from './simulate-inits.ts'

t.setTimeout(600_000)

const deadline = 300_000

const sizes = [
  { values: 25, of: 'parameters' },
  { values: 25, of: 'keys of one parameter' },
  ...(isLong ? [{ values: 10, of: 'parameters' } as const] : []),
] as const

for (const { values, of } of sizes) {
  t.test(`a thousand inits of ${values} ${of} all succeed within their deadline`, async (t) => {
    const simulation = { inits: 1000, values, of, readsPerSecond: 40, deadline, seed: 7 }
    const inits = await simulateInits(simulation)
    t.equal(inits.filter(({ succeeded }) => succeeded).length, 1000)
    const needed = of === 'parameters' ? Math.ceil(values / 10) : 1
    t.ok(
      inits.every(({ answered }) => answered === needed),
      `each has ${needed} calls answered, and repeats nothing else than what was throttled`,
    )
    // The quota allows no less; to take twice that would be to waste it.
    const least = ((1000 * needed) / 40 - 1) * 1000
    const last = Math.max(...inits.map(({ took }) => took))
    t.ok(last >= least && last < 2 * least, `the last one after ${Math.round(last / 1000)} s`)
    t.ok(last < deadline)
  })
}

t.test('a store that is too slow fails at the deadline, and never with a wrong value', async (t) => {
  const simulation = {
    inits: 300,
    values: 25,
    of: 'parameters',
    readsPerSecond: 2,
    deadline: 30_000,
    seed: 7,
  } as const
  const inits = await simulateInits(simulation)
  const late = inits.filter(({ succeeded }) => !succeeded)
  t.ok(late.length > 200, `${late.length} of them are late`)
  t.ok(late.every(({ took }) => Math.abs(took - 30_000) < 50))
})

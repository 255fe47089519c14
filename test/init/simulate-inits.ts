/** Many inits that start together against one store with a quota, in virtual time. */
import { makeFakeSsm } from '../../runtime/fake-ssm/fake-ssm.ts'
import { seededRandom } from '../../runtime/fake-ssm/faults.ts'
import { virtualReader } from '../../runtime/fake-ssm/virtual-reader.ts'
import { fetchParameters } from '../../runtime/store/fetch-parameters.ts'
import { virtualClock } from '../../runtime/fixtures.ts'
import type { ParameterReader } from '../../runtime/store/parameter-store.ts'

export type Simulation = {
  readonly inits: number
  /** Of each init. */
  readonly values: number
  /** Each value is a parameter, or all of an init are keys of one. */
  readonly of: 'parameters' | 'keys of one parameter'
  readonly readsPerSecond: number
  /** In milliseconds, of each init. */
  readonly deadline: number
  readonly seed: number
}

export type SimulatedInit = {
  readonly succeeded: boolean
  /** When it had all its values, in milliseconds. */
  readonly took: number
  readonly calls: number
  /** Of the calls, those that were not throttled. */
  readonly answered: number
}

/** How long a call takes, in milliseconds. */
const callTakes = 20

export async function simulateInits(simulation: Simulation): Promise<SimulatedInit[]> {
  const { inits, values, of, readsPerSecond, deadline, seed } = simulation
  const clock = virtualClock()
  const fake = makeFakeSsm({ now: clock.now, readsPerSecond })
  const random = seededRandom(seed)
  const one = async (init: number): Promise<SimulatedInit> => {
    const nameOf = (index: number) => `/app-${init}/${of === 'parameters' ? `secret-${index}` : 'json'}`
    const names = Array.from({ length: values }, (_, index) => nameOf(index))
    for (const name of new Set(names)) fake.put(name, `value of ${name}`)
    const { reader, calls } = virtualReader(fake, clock, { takes: callTakes })
    let answered = 0
    const counting: ParameterReader = {
      ...reader,
      async get(refs) {
        const answer = await reader.get(refs)
        answered++
        return answer
      },
    }
    const wanted = names.map((name) => ({ ref: { name }, missingWait: 10_000 }))
    const limits = { deadline, deniedWait: 30_000 }
    const { found } = await fetchParameters(counting, wanted, limits, { clock, random })
    const succeeded = names.every((name) => found.get(name)?.value.reveal() === `value of ${name}`)
    return { succeeded, took: clock.now(), calls: calls.length, answered }
  }
  return await Promise.all(Array.from({ length: inits }, (_, init) => one(init)))
}

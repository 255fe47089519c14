import type { Clock } from '../scheduling/clock.ts'
import { failed } from '../failure.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'

/** Reads are eventually consistent: a parameter that was just written may be missing for a while. */
const waits = [200, 500, 1000, 2000, 4000, 8000]

/** The values of parameters that are known to exist, by name: all of them, or an error. At most ten. */
export async function readBack(
  store: ParameterStore,
  names: readonly string[],
  clock: Clock,
): Promise<ReadonlyMap<string, SecretValue>> {
  for (let attempt = 0; ; attempt++) {
    const { found, missing } = await store.get(names.map((name) => ({ name })))
    if (missing.length === 0) return new Map(found.map(({ ref, value }) => [ref.name, value]))
    const wait = waits[attempt]
    if (wait === undefined) {
      const absent = missing.map(({ name }) => name).join(', ')
      const message = `the store reports that ${absent} exists, but does not return it`
      throw failed({ code: 'UNREACHABLE', message, ...store.peer() })
    }
    await clock.sleep(wait)
  }
}

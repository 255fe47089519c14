import type { Failure } from '../failure.ts'
import { mapConcurrent } from '../scheduling/map-concurrent.ts'
import { retryOneByOne } from './retry-one-by-one.ts'
import { formatRef, isSecretRef, type ParameterStore, type ValueRef } from './parameter-store.ts'
import { batchRefs } from './batch.ts'
import { noSecrets } from './both-services.ts'
import type { SecretReader } from './secret-reader.ts'

/** Whether a parameter exists, or why that is unknown. */
export type Standing = 'exists' | 'missing' | Failure

const parallelCalls = 5

/**
 * Looks up which parameters and secrets exist, once and without decryption. @param refs may name one more than once.
 * @param progress called after each call to the store. @returns by formatRef, in the order of the refs.
 */
export async function lookUpParameters(
  store: Pick<ParameterStore, 'exists'>,
  refs: Iterable<ValueRef>,
  progress: (done: number, total: number) => void = () => undefined,
  secrets: Pick<SecretReader, 'exists'> = noSecrets,
): Promise<ReadonlyMap<string, Standing>> {
  const different = new Map([...refs].map((ref) => [formatRef(ref), ref]))
  const standings = new Map<string, Standing>()
  const ask = async (asked: readonly ValueRef[]) => {
    const [secret] = asked.filter(isSecretRef)
    if (secret) {
      standings.set(formatRef(secret), (await secrets.exists(secret)) ? 'exists' : 'missing')
      return
    }
    const names = asked.map(formatRef)
    const existing = await store.exists(names)
    for (const name of names) standings.set(name, existing.has(name) ? 'exists' : 'missing')
  }
  await mapConcurrent(batchRefs(different.values()), parallelCalls, async (call) => {
    await retryOneByOne(call, ask, (ref, failure) => void standings.set(formatRef(ref), failure))
    progress(standings.size, different.size)
  })
  return new Map(
    [...different.keys()].flatMap((key): [string, Standing][] => {
      const standing = standings.get(key)
      return standing === undefined ? [] : [[key, standing]]
    }),
  )
}

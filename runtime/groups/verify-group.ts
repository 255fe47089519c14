import type { Group } from '../../api/declaration/group.ts'
import type { Clock } from '../scheduling/clock.ts'
import { matchPair } from './match-pair.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import { readBack } from './read-back.ts'

/** Why the stored parts of a complete group do not match, as the end of a sentence; undefined if they match. */
export async function verifyGroup(
  store: ParameterStore,
  group: Group,
  clock: Clock,
): Promise<string | undefined> {
  const [first, second] = group.parts
  if (first === undefined || second === undefined) return undefined
  const values = await readBack(store, [first.parameter, second.parameter], clock)
  const [a, b] = [values.get(first.parameter), values.get(second.parameter)]
  // Two placeholders of another program cannot be compared: init accepts them too.
  const match = a && b && (group.type === 'RSA' ? matchPair(a, b) !== 'mismatch' : a.reveal() === b.reveal())
  return match ? undefined : `holds ${first.parameter} and ${second.parameter}, which do not match`
}

import type { Group } from '../../api/declaration/group.ts'
import { isKey } from '../../api/declaration/secret-type.ts'
import type { Clock } from '../scheduling/clock.ts'
import { matchPair } from './match-pair.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'
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
  return a && b && partsMatch(group, a, b)
    ? undefined
    : `holds ${first.parameter} and ${second.parameter}, which do not match`
}

/** Whether these could be the two values of a group. */
export function partsMatch({ type }: Group, first: SecretValue, second: SecretValue): boolean {
  // Two placeholders of another program cannot be compared: init accepts them too.
  return isKey(type) ? matchPair(type, first, second) !== 'mismatch' : first.reveal() === second.reveal()
}

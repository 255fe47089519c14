/** What is to be done about a group that is asked for, given what is known of its parameters: pure. */
import type { Group, Part } from '../../api/group.ts'
import { decide } from '../groups/decide.ts'

export type KnownState =
  /** Said to exist within the last minutes. */
  | 'exists'
  /** Said not to exist right now. */
  | 'absent'
  /** The same, of a parameter that existed a moment ago: the answer, or the one before it, may be stale. */
  | 'just deleted'
  /** Not asked lately. What could not be told is unknown too, and never absent. */
  | 'unknown'

export type GroupDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'ask'; readonly names: readonly string[]; readonly reason: string }
  /** Ask again later, before anything is done. */
  | { readonly action: 'wait'; readonly for: 'deletion' | 'confirmation'; readonly reason: string }
  | { readonly action: 'create'; readonly parts: readonly Part[]; readonly reason: string }
  | { readonly action: 'report'; readonly code: 'IncompleteGroup'; readonly reason: string }

/** @param seenIncomplete a moment ago the group was seen in the same state: it was no late answer. */
export function decideGroup(
  group: Group,
  known: (parameter: string) => KnownState,
  seenIncomplete: boolean,
): GroupDecision {
  const names = group.parts.map(({ parameter }) => parameter)
  const having = (state: KnownState) => names.filter((name) => known(name) === state)
  const unknown = having('unknown')
  if (unknown.length > 0) return { action: 'ask', names: unknown, reason: 'is not known to exist or not' }
  const deleted = having('just deleted')
  if (deleted.length > 0) {
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html asks for 30 seconds.
    return { action: 'wait', for: 'deletion', reason: `existed a moment ago: ${deleted.join(', ')}` }
  }
  const decision = decide(group, new Set(having('exists')))
  if (decision.action === 'report' && !seenIncomplete) {
    return { action: 'wait', for: 'confirmation', reason: `${decision.reason}; to be seen twice` }
  }
  return decision
}

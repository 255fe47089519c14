/** What to do about a claimed group, given what is known of its parameters: pure. */
import type { Group, Part } from '../../../api/declaration/group.ts'
import { decide } from '../../groups/decide.ts'

export type KnownState =
  /** The store had it within the last minutes. */
  | 'exists'
  /** The store does not have it right now. */
  | 'absent'
  /** The same, of a parameter that was just deleted: the answer, or the one before it, may be stale. */
  | 'just deleted'
  /** Not asked lately, or the store could not answer. It never counts as absent. */
  | 'unknown'

type GroupDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'ask'; readonly names: readonly string[]; readonly reason: string }
  /** Ask the store again later, before anything is created. */
  | { readonly action: 'wait'; readonly for: 'deletion' | 'confirmation'; readonly reason: string }
  | { readonly action: 'create'; readonly parts: readonly Part[]; readonly reason: string }
  | { readonly action: 'report'; readonly code: 'IncompleteGroup'; readonly reason: string }

/** @param seenIncomplete the group was seen in the same state some time ago, so it was no stale answer. */
export function decideGroup(
  group: Group,
  known: (parameter: string) => KnownState,
  seenIncomplete: boolean,
): GroupDecision {
  const names = group.parts.map(({ parameter }) => parameter)
  const having = (state: KnownState) => names.filter((name) => known(name) === state)
  const unknown = having('unknown')
  if (unknown.length > 0) return { action: 'ask', names: unknown, reason: 'may or may not exist' }
  const deleted = having('just deleted')
  if (deleted.length > 0) {
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html asks for 30 seconds.
    return { action: 'wait', for: 'deletion', reason: `was just deleted: ${deleted.join(', ')}` }
  }
  const decision = decide(group, new Set(having('exists')))
  if (decision.action === 'report' && !seenIncomplete) {
    return { action: 'wait', for: 'confirmation', reason: `${decision.reason}; to be confirmed` }
  }
  return decision
}

import type { Group, Part } from '../../api/declaration/group.ts'

/** What to do about a group, and why, as the end of a sentence that begins with "the group". */
type Decision =
  | { readonly action: 'nothing'; readonly reason: string }
  /** In this order. The first part, if it is among them, is generated; the others are derived from the first. */
  | { readonly action: 'create'; readonly parts: readonly Part[]; readonly reason: string }
  | { readonly action: 'report'; readonly code: 'IncompleteGroup'; readonly reason: string }

/** @param existing the parameters of the group that are known to exist; the others are known not to exist. */
export function decide(group: Group, existing: ReadonlySet<string>): Decision {
  const absent = group.parts.filter(({ parameter }) => !existing.has(parameter))
  const present = group.parts.filter(({ parameter }) => existing.has(parameter))
  const [first] = group.parts
  if (absent.length === 0) return { action: 'nothing', reason: 'exists' }
  if (present.length === 0) return { action: 'create', parts: absent, reason: 'does not exist' }
  const has = `has ${names(present)}`
  if (first !== undefined && absent.includes(first)) {
    const reason = `${has} but lacks ${names(absent)}, which cannot be derived: restore it, or delete the rest of the group`
    return { action: 'report', code: 'IncompleteGroup', reason }
  }
  return { action: 'create', parts: absent, reason: `${has} but lacks ${names(absent)}` }
}

function names(parts: readonly Part[]): string {
  return parts.map(({ parameter }) => parameter).join(', ')
}

/** Which of the claims under one base name count: those that were seen first; a claim that disagrees with one of them is refused. */
import { describeDisagreement, type Group, sameGroup } from '../../../api/declaration/group.ts'
import { type ClaimedGroup, isBefore } from './claim-table.ts'
import type { Claimant } from './template.ts'

export type Granted = {
  readonly group: Group
  /** The claims of exactly this group; the first one decides what is created. */
  readonly claimants: readonly [Claimant, ...Claimant[]]
}

type Conflict = { readonly claimant: Claimant; readonly message: string }

type Resolved = { readonly granted: readonly Granted[]; readonly conflicts: readonly Conflict[] }

export function resolveClaims(claims: readonly ClaimedGroup[]): Resolved {
  const granted: { group: Group; claimants: [Claimant, ...Claimant[]] }[] = []
  const conflicts: Conflict[] = []
  const inOrder = claims.toSorted((a, b) =>
    a === b ? 0 : isBefore(a.firstSeen, b.firstSeen) ? -1 : isBefore(b.firstSeen, a.firstSeen) ? 1 : 0,
  )
  for (const { group, claimants } of inOrder) {
    const rival = granted.find((one) => overlap(one.group, group))
    const [first, ...others] = claimants
    if (first === undefined) continue
    if (rival === undefined) granted.push({ group, claimants: [first, ...others] })
    else if (sameGroup(rival.group, group)) for (const one of claimants) rival.claimants.push(one)
    else {
      for (const claimant of claimants) {
        conflicts.push({ claimant, message: conflictMessage(claimant, rival) })
      }
    }
  }
  return { granted, conflicts }
}

function conflictMessage({ claim: { annotation, group }, template }: Claimant, rival: Granted): string {
  const [{ template: other }] = rival.claimants
  const [pod] = other.pods
  // The names of pods of other namespaces are not for everybody to read.
  const earlier =
    other.namespace === template.namespace ? `pod ${pod?.name ?? ''}` : 'a pod of another namespace'
  const disagreement = describeDisagreement(group, `${earlier}, which was seen earlier and`, rival.group)
  return `annotation ${annotation}: ${disagreement}`
}

function overlap(a: Group, b: Group): boolean {
  return a.parts.some(({ parameter }) => b.parts.some((part) => part.parameter === parameter))
}

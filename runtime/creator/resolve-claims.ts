/** Which of the claims under one base name count: those of the oldest pod; a claim that disagrees with one of them is refused. */
import { type Group, sameGroup } from '../../api/group.ts'
import { type Claimant, oldestPod, type Pod } from './pod-index.ts'

export type Granted = {
  readonly group: Group
  /** The claims of exactly this group; the first one decides what is created. */
  readonly claimants: readonly [Claimant, ...Claimant[]]
}

type Conflict = { readonly claimant: Claimant; readonly message: string }

type Resolved = { readonly granted: readonly Granted[]; readonly conflicts: readonly Conflict[] }

export function resolveClaims(claimants: readonly Claimant[]): Resolved {
  const granted: { group: Group; claimants: [Claimant, ...Claimant[]] }[] = []
  const conflicts: Conflict[] = []
  for (const { claimant } of inOrder(claimants)) {
    const { group } = claimant.claim
    const rival = granted.find((one) => overlap(one.group, group))
    if (rival === undefined) granted.push({ group, claimants: [claimant] })
    else if (sameGroup(rival.group, group)) rival.claimants.push(claimant)
    else conflicts.push({ claimant, message: conflictMessage(claimant, rival) })
  }
  return { granted, conflicts }
}

function conflictMessage({ claim: { annotation, group }, template }: Claimant, rival: Granted): string {
  const [{ template: other }] = rival.claimants
  // The names of pods of other namespaces are not for everybody to read.
  const older =
    other.namespace === template.namespace
      ? `pod ${oldestPod(other)?.name ?? ''}, which is older and`
      : 'an older pod of another namespace, which'
  return (
    `annotation ${annotation}: type ${group.type} and size ${group.size} conflict with ${older} declares the same parameter ` +
    `with type ${rival.group.type} and size ${rival.group.size}`
  )
}

type Ordered = {
  readonly claimant: Claimant
  readonly pod: Pod
  readonly name: string
  readonly index: number
}

function inOrder(claimants: readonly Claimant[]): Ordered[] {
  const all = claimants.flatMap((claimant, index): Ordered[] => {
    const pod = oldestPod(claimant.template)
    if (pod === undefined) return []
    return [{ claimant, pod, name: `${claimant.template.namespace}/${pod.name}`, index }]
  })
  return all.toSorted(
    (a, b) =>
      a.pod.createdAt - b.pod.createdAt || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index),
  )
}

function overlap(a: Group, b: Group): boolean {
  return a.parts.some(({ parameter }) => b.parts.some((part) => part.parameter === parameter))
}

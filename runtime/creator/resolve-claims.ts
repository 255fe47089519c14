/** Which of the claims in a family count: the one of the pod that was there first; what disagrees with it is refused. */
import type { Group } from '../../api/group.ts'
import { type Claimant, oldestPod, type Pod } from './pod-index.ts'

export type Granted = {
  readonly group: Group
  /** Those who ask for exactly this; the first decided what is made. */
  readonly claimants: readonly [Claimant, ...Claimant[]]
}

export type Refused = { readonly claimant: Claimant; readonly message: string }

export type Resolved = { readonly granted: readonly Granted[]; readonly refused: readonly Refused[] }

export function resolveClaims(claimants: readonly Claimant[]): Resolved {
  const granted: { group: Group; claimants: [Claimant, ...Claimant[]] }[] = []
  const refused: Refused[] = []
  for (const { claimant, pod } of inOrder(claimants)) {
    const { group, annotation } = claimant.claim
    const rival = granted.find((one) => overlap(one.group, group))
    if (rival === undefined) granted.push({ group, claimants: [claimant] })
    else if (sameGroup(rival.group, group)) rival.claimants.push(claimant)
    else {
      const [first] = rival.claimants
      const by = `${first.template.namespace}/${oldestPod(first.template)?.name ?? pod.name}`
      const { type, size } = rival.group
      const message =
        `annotation ${annotation}: type ${group.type} and size ${group.size} disagree with pod ${by}, which was there ` +
        `before and has the same parameter made with type ${type} and size ${size}`
      refused.push({ claimant, message })
    }
  }
  return { granted, refused }
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

/** Two that overlap, so their parts have one base. */
function sameGroup(a: Group, b: Group): boolean {
  return a.type === b.type && a.size === b.size && a.parts.length === b.parts.length
}

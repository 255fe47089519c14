/**
 * Which parameter groups are claimed, by whom, and since when. A group that several templates of one namespace claim is one
 * entry, so that a rollout, which replaces a template by another with the same claims, does not lose its place.
 */
import type { Group } from '../../../api/declaration/group.ts'
import { baseNameOf, type Claim } from './read-claims.ts'
import type { Claimant, Pod, Template } from './template.ts'

/** When a claim was first seen. It never changes while the claim exists, whatever pods join it later. */
type FirstSeen = {
  /** Of the changes that this process saw; all that one list names have the same. */
  readonly order: number
  /** Of the oldest pod with this order, in seconds: it decides between claims of one list. */
  readonly createdAt: number
  /** The namespace and the name of that pod. */
  readonly name: string
}

export type ClaimedGroup = {
  readonly group: Group
  readonly namespace: string
  readonly firstSeen: FirstSeen
  /** At least one. */
  readonly claimants: readonly Claimant[]
}

type Entry = {
  readonly baseName: string
  readonly key: string
  readonly group: Group
  firstSeen: FirstSeen
  readonly claims: Map<Template, Claim>
}

export class ClaimTable {
  /** By base name, then by namespace and group. */
  readonly #entries = new Map<string, Map<string, Entry>>()
  /** Of each template with pods, so that another pod of it costs little. */
  readonly #entriesOf = new Map<Template, readonly Entry[]>()

  of(baseName: string): ClaimedGroup[] {
    return [...(this.#entries.get(baseName)?.values() ?? [])].flatMap((entry) => {
      const { group, firstSeen, claims } = entry
      const claimants = [...claims].map(([template, claim]) => ({ template, claim }))
      const [first] = claimants
      return first ? [{ group, namespace: first.template.namespace, firstSeen, claimants }] : []
    })
  }

  isClaimed(baseName: string): boolean {
    return this.#entries.has(baseName)
  }

  /** How many entries the template would add. */
  newOf(template: Template): number {
    return template.claims.filter(
      ({ group }) => this.#entries.get(baseNameOf(group))?.has(keyOf(template, group)) !== true,
    ).length
  }

  /** A pod of the template was seen. @param order see FirstSeen. */
  add(template: Template, pod: Pod, order: number): void {
    const seen = { order, createdAt: pod.createdAt, name: `${template.namespace}/${pod.name}` }
    const entries =
      this.#entriesOf.get(template) ?? template.claims.map((claim) => this.#claim(template, claim, seen))
    this.#entriesOf.set(template, entries)
    for (const entry of entries) if (isBefore(seen, entry.firstSeen)) entry.firstSeen = seen
  }

  /** The template has no pods any more. @returns how many entries are gone. */
  remove(template: Template): number {
    let gone = 0
    for (const { baseName, key, claims } of this.#entriesOf.get(template) ?? []) {
      const entries = this.#entries.get(baseName)
      claims.delete(template)
      if (claims.size === 0 && entries?.delete(key)) gone++
      if (entries?.size === 0) this.#entries.delete(baseName)
    }
    this.#entriesOf.delete(template)
    return gone
  }

  #claim(template: Template, claim: Claim, firstSeen: FirstSeen): Entry {
    const { group } = claim
    const baseName = baseNameOf(group)
    const entries = this.#entries.get(baseName) ?? new Map<string, Entry>()
    this.#entries.set(baseName, entries)
    const key = keyOf(template, group)
    const entry = entries.get(key) ?? { baseName, key, group, firstSeen, claims: new Map() }
    entries.set(key, entry)
    entry.claims.set(template, claim)
    return entry
  }
}

/** Groups of one base name that differ do so in one of these: see sameGroup. */
function keyOf({ namespace }: Template, { type, size, userId = '', parts }: Group): string {
  return `${namespace} ${type} ${size} ${parts.map(({ role }) => role).join()} ${userId}`
}

/** Which of two claims was seen first; of one list, the one whose pod is older, then the first by namespace and name. */
export function isBefore(a: FirstSeen, b: FirstSeen): boolean {
  if (a.order !== b.order) return a.order < b.order
  return a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.name < b.name)
}

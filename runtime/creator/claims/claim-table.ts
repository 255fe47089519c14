/**
 * Which parameter groups are claimed, by whom, and since when. A group that several templates of one namespace claim is one
 * entry, so that a rollout, which replaces a template by another with the same claims, does not lose its place.
 */
import { type Group, sameGroup } from '../../../api/declaration/group.ts'
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

/** Most entries have one claimant. With it in fields of the entry, there is no array for each of very many. */
type Entry = {
  template: Template
  claim: Claim
  firstSeen: FirstSeen
  /** Those after the first one, in the order in which they came. */
  others: Claimant[] | undefined
}

export class ClaimTable {
  /** By base name. There may be very many, and few base names have more than one. */
  readonly #first = new Map<string, Entry>()
  /** Those after the first one, by base name, then by namespace and group. */
  readonly #others = new Map<string, Map<string, Entry>>()
  /** Of each template with pods, so that another pod of it costs little. */
  readonly #entriesOf = new Map<Template, readonly Entry[]>()

  of(baseName: string): ClaimedGroup[] {
    const first = this.#first.get(baseName)
    const entries = first === undefined ? [] : [first, ...(this.#others.get(baseName)?.values() ?? [])]
    return entries.map(({ template, claim, firstSeen, others = [] }) => ({
      group: claim.group,
      namespace: template.namespace,
      firstSeen,
      claimants: [{ template, claim }, ...others],
    }))
  }

  isClaimed(baseName: string): boolean {
    return this.#first.has(baseName)
  }

  /** How many entries the template would add. */
  newOf(template: Template): number {
    return template.claims.filter(({ group }) => this.#find(baseNameOf(group), template, group) === undefined)
      .length
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
    for (const entry of this.#entriesOf.get(template) ?? []) {
      if (leave(entry, template) === 'others are left') continue
      this.#drop(entry)
      gone++
    }
    this.#entriesOf.delete(template)
    return gone
  }

  #claim(template: Template, claim: Claim, firstSeen: FirstSeen): Entry {
    const { group } = claim
    const baseName = baseNameOf(group)
    const known = this.#find(baseName, template, group)
    if (known) {
      known.others ??= []
      known.others.push({ template, claim })
      return known
    }
    const entry: Entry = { template, claim, firstSeen, others: undefined }
    if (!this.#first.has(baseName)) this.#first.set(baseName, entry)
    else {
      const others = this.#others.get(baseName) ?? new Map<string, Entry>()
      this.#others.set(baseName, others.set(keyOf(template.namespace, group), entry))
    }
    return entry
  }

  #find(baseName: string, { namespace }: Template, group: Group): Entry | undefined {
    const first = this.#first.get(baseName)
    if (first?.template.namespace === namespace && sameGroup(first.claim.group, group)) return first
    return this.#others.get(baseName)?.get(keyOf(namespace, group))
  }

  #drop(entry: Entry): void {
    const { template, claim } = entry
    const baseName = baseNameOf(claim.group)
    const others = this.#others.get(baseName)
    const [next] = others ?? []
    if (this.#first.get(baseName) !== entry) others?.delete(keyOf(template.namespace, claim.group))
    else if (next === undefined) this.#first.delete(baseName)
    else {
      const [key, following] = next
      this.#first.set(baseName, following)
      others?.delete(key)
    }
    if (others?.size === 0) this.#others.delete(baseName)
  }
}

function leave(entry: Entry, template: Template): 'others are left' | 'none is left' {
  const { others = [] } = entry
  if (entry.template !== template) {
    const index = others.findIndex((one) => one.template === template)
    if (index >= 0) others.splice(index, 1)
    return 'others are left'
  }
  const next = others.shift()
  if (next === undefined) return 'none is left'
  entry.template = next.template
  entry.claim = next.claim
  return 'others are left'
}

/** Groups of one base name are the same where these are: see sameGroup. */
function keyOf(namespace: string, { type, size, userId = '', parts }: Group): string {
  return `${namespace} ${type} ${size} ${parts.map(({ parameter }) => parameter).join()} ${userId}`
}

/** Which of two claims was seen first; of one list, the one whose pod is older, then the first by namespace and name. */
export function isBefore(a: FirstSeen, b: FirstSeen): boolean {
  if (a.order !== b.order) return a.order < b.order
  return a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.name < b.name)
}

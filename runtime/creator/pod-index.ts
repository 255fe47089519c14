/**
 * The annotated pods, by the parameters that they declare. The pods of one workload share a template, so that a pod takes
 * little more memory than its names: a cluster has many more pods than templates.
 */
import { hash } from 'node:crypto'
import type { PodMetadata } from '../kubernetes/pod-metadata.ts'
import type { PodSink } from '../kubernetes/reflector.ts'
import {
  baseNameOf,
  type Claim,
  readClaims,
  type TemplateContent,
  type TemplateRules,
} from './read-claims.ts'

export type Pod = {
  readonly uid: string
  readonly name: string
  /** In seconds. */
  readonly createdAt: number
}

export type Template = TemplateContent & {
  readonly key: string
  readonly namespace: string
  /** When the first of its pods was seen, by the creator's clock. */
  readonly seenAt: number
  readonly pods: ReadonlySet<Pod>
}

/** What one template claims. */
export type Claimant = { readonly claim: Claim; readonly template: Template }

type IndexEvents = {
  /** What is claimed under this base name, or by whom, has changed. */
  readonly claimsChanged: (baseName: string, namespace: string) => void
  readonly podAdded: (pod: Pod, template: Template, owner: string) => void
}

type OwnTemplate = Template & { readonly pods: Set<OwnPod> }
type OwnPod = Pod & { template: OwnTemplate; seenIn: number }

export class PodIndex {
  readonly #rules: TemplateRules
  readonly #now: () => number
  readonly #events: IndexEvents
  readonly #templates = new Map<string, OwnTemplate>()
  /** By base name. */
  readonly #claiming = new Map<string, Set<OwnTemplate>>()
  #podCount = 0

  constructor(rules: TemplateRules, now: () => number, events: IndexEvents) {
    this.#rules = rules
    this.#now = now
    this.#events = events
  }

  podCount(): number {
    return this.#podCount
  }

  templateOf(key: string): Template | undefined {
    return this.#templates.get(key)
  }

  claimantsOf(baseName: string): readonly Claimant[] {
    return [...(this.#claiming.get(baseName) ?? [])].flatMap((template) =>
      template.claims
        .filter(({ group }) => baseNameOf(group) === baseName)
        .map((claim) => ({ claim, template })),
    )
  }

  /** For one list and the watches that follow it. */
  sink(): PodSink {
    /** By uid. */
    const pods = new Map<string, OwnPod>()
    let list = 0
    const remove = (uid: string) => {
      const pod = pods.get(uid)
      if (pod === undefined) return
      pods.delete(uid)
      this.#leave(pod)
    }
    return {
      seen: (metadata) => {
        if (metadata.terminating || metadata.annotations.length === 0) return remove(metadata.uid)
        const template = this.#templateFor(metadata)
        if (template === undefined) return remove(metadata.uid)
        const before = pods.get(metadata.uid)
        if (before?.template === template) before.seenIn = list
        else pods.set(metadata.uid, this.#enter(metadata, template, list, before))
      },
      gone: ({ uid }) => remove(uid),
      listBegins: () => void list++,
      listEnds: () => {
        for (const [uid, pod] of pods) if (pod.seenIn !== list) remove(uid)
      },
    }
  }

  #templateFor(pod: PodMetadata): OwnTemplate | undefined {
    // Not the text itself: many pods may be annotated with a quarter of a megabyte each.
    const key = `${pod.namespace} ${hash('sha256', JSON.stringify(pod.annotations))}`
    const known = this.#templates.get(key)
    if (known) return known
    const content = readClaims(pod.namespace, pod.annotations, this.#rules)
    if (!content.annotated && content.warnings.length === 0) return undefined
    const { namespace } = pod
    const template = { ...content, key, namespace, seenAt: this.#now(), pods: new Set<OwnPod>() }
    this.#templates.set(key, template)
    for (const baseName of baseNamesOf(template)) {
      this.#claiming.set(baseName, (this.#claiming.get(baseName) ?? new Set()).add(template))
    }
    return template
  }

  #enter(metadata: PodMetadata, template: OwnTemplate, list: number, before: OwnPod | undefined): OwnPod {
    const { uid, name, createdAt, owner = uid } = metadata
    const pod: OwnPod = { uid, name, createdAt, template, seenIn: list }
    template.pods.add(pod)
    this.#podCount++
    // After it is in its new template, so that what both claim is never without a claim.
    if (before) this.#leave(before)
    if (template.pods.size === 1) {
      for (const baseName of baseNamesOf(template)) this.#events.claimsChanged(baseName, template.namespace)
    }
    this.#events.podAdded(pod, template, owner)
    return pod
  }

  #leave(pod: OwnPod): void {
    const { template } = pod
    template.pods.delete(pod)
    this.#podCount--
    if (template.pods.size > 0) return
    this.#templates.delete(template.key)
    for (const baseName of baseNamesOf(template)) {
      const claiming = this.#claiming.get(baseName)
      claiming?.delete(template)
      if (claiming?.size === 0) this.#claiming.delete(baseName)
      // The claim of another template may count now.
      else this.#events.claimsChanged(baseName, template.namespace)
    }
  }
}

function baseNamesOf({ claims }: TemplateContent): ReadonlySet<string> {
  return new Set(claims.map(({ group }) => baseNameOf(group)))
}

/** The pod that was created first; of those of one second, the first by name. */
export function oldestPod({ pods }: Template): Pod | undefined {
  let oldest: Pod | undefined
  for (const pod of pods) {
    const older =
      oldest === undefined ||
      pod.createdAt < oldest.createdAt ||
      (pod.createdAt === oldest.createdAt && pod.name < oldest.name)
    if (older) oldest = pod
  }
  return oldest
}

/**
 * The annotated pods, by the parameters that they declare. The pods of one workload share a template, so that a pod takes
 * little more memory than its names: a cluster has many more pods than templates.
 */
import { hash } from 'node:crypto'
import type { PodMetadata } from '../kubernetes/pod-metadata.ts'
import type { PodSink } from '../kubernetes/reflector.ts'
import { type ClaimedGroup, ClaimTable } from './claim-table.ts'
import { baseNameOf, readClaims, type TemplateContent, type TemplateRules } from './read-claims.ts'
import type { Pod, Template } from './template.ts'

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
  readonly #claims = new ClaimTable()
  #podCount = 0
  /** Of the last change that was seen. What the first complete list names has 0. */
  #order = 0

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

  claimsOf(baseName: string): readonly ClaimedGroup[] {
    return this.#claims.of(baseName)
  }

  /** For one list and the watches that follow it. */
  sink(): PodSink {
    /** By uid. */
    const pods = new Map<string, OwnPod>()
    let list = 0
    let listed = false
    /** While a list is read. */
    let listOrder: number | undefined
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
        const order = listOrder ?? ++this.#order
        if (before?.template === template) before.seenIn = list
        else pods.set(metadata.uid, this.#enter(metadata, template, list, order, before))
      },
      gone: ({ uid }) => remove(uid),
      listBegins: () => {
        list++
        listOrder = listed ? ++this.#order : 0
      },
      listEnds: () => {
        for (const [uid, pod] of pods) if (pod.seenIn !== list) remove(uid)
        listed = true
        listOrder = undefined
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
    return template
  }

  #enter(
    metadata: PodMetadata,
    template: OwnTemplate,
    list: number,
    order: number,
    before: OwnPod | undefined,
  ): OwnPod {
    const { uid, name, createdAt, owner = uid } = metadata
    const pod: OwnPod = { uid, name, createdAt, template, seenIn: list }
    template.pods.add(pod)
    this.#podCount++
    this.#claims.add(template, pod, order)
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
    this.#claims.remove(template)
    for (const baseName of baseNamesOf(template)) {
      // The claim of another template may count now.
      if (this.#claims.isClaimed(baseName)) this.#events.claimsChanged(baseName, template.namespace)
    }
  }
}

function baseNamesOf({ claims }: TemplateContent): ReadonlySet<string> {
  return new Set(claims.map(({ group }) => baseNameOf(group)))
}

/**
 * The annotated pods, by the parameters that they declare. The pods of one workload share a template, so that a pod takes
 * little more memory than its names: a cluster has many more pods than templates.
 */
import { hash } from 'node:crypto'
import type { Annotation } from '../../../api/pod/pod-annotations.ts'
import type { PodMetadata } from '../../kubernetes/pod-metadata.ts'
import type { PodSink } from '../../kubernetes/reflector.ts'
import type { Budget, BudgetLedger } from './budget-ledger.ts'
import { type ClaimedGroup, ClaimTable } from './claim-table.ts'
import { baseNameOf, readClaims, type TemplateContent, type TemplateRules } from './read-claims.ts'
import type { Pod, Template } from './template.ts'
import { podBytes, templateBytes, weigh } from './weigh.ts'

export type IndexEvents = {
  /** What is claimed under this base name, or by whom, has changed. */
  readonly claimsChanged: (baseName: string, namespace: string) => void
  /** Nobody claims anything under this base name any more. */
  readonly unclaimed: (baseName: string) => void
  readonly podAdded: (pod: Pod, template: Template, owner: string) => void
  /** A template is gone. */
  readonly templateGone: (key: string) => void
  /** The pod is not kept, because its tenant has reached a limit. */
  readonly refused: (pod: Pick<Pod, 'uid' | 'name'>, namespace: string, budget: Budget) => void
}

/** For the pods of one list and the watches that follow it. */
export type IndexSink = Omit<PodSink, 'seen'> & {
  /** @param order from arrival, where the pod is given later than it arrived. */
  readonly seen: (pod: PodMetadata, order?: number) => void
  /** The place of what arrives now, among all that was seen. */
  readonly arrival: () => number
}

type OwnTemplate = Template & { readonly pods: Set<OwnPod>; readonly bytes: number }
/** @property home what holds the pod by its uid. */
type OwnPod = Pod & { template: OwnTemplate; seenIn: number; readonly home: Map<string, OwnPod> }
type Place = { readonly home: Map<string, OwnPod>; readonly list: number; readonly order: number }

/** When the heap is full, more is freed than is needed, but at most half of what the tenant has: to find what is to go takes time. */
const freedAtOnce = 1024 * 1024
/** How many namespaces with refused pods are remembered. */
const mostRefused = 1000
/** Of the pods that one eviction refuses. */
const mostReported = 20

export class PodIndex {
  readonly #rules: TemplateRules
  readonly #ledger: BudgetLedger
  readonly #now: () => number
  readonly #events: IndexEvents
  /** By key, in the order in which they were seen. */
  readonly #templates = new Map<string, OwnTemplate>()
  readonly #claims = new ClaimTable()
  /** Of annotations: many pods have the same list. */
  readonly #hashes = new WeakMap<readonly Annotation[], string>()
  #podCount = 0
  /** Of the last change that was seen. What the first complete list names has 0. */
  #order = 0
  /** Namespaces of pods that were refused since the last list began. */
  readonly #refused = new Set<string>()

  constructor(rules: TemplateRules, ledger: BudgetLedger, now: () => number, events: IndexEvents) {
    this.#rules = rules
    this.#ledger = ledger
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

  /** Pods were refused for which there is room now. Nothing of them is kept: only a list names them again. */
  wantsList(): boolean {
    for (const namespace of this.#refused) if (this.#ledger.hasRoom(namespace)) return true
    return false
  }

  sink(): IndexSink {
    /** By uid. */
    const home = new Map<string, OwnPod>()
    let list = 0
    let listed = false
    /** While a list is read. */
    let listOrder: number | undefined
    const arrival = (): number => listOrder ?? ++this.#order
    const remove = (uid: string) => {
      const pod = home.get(uid)
      if (pod) this.#leave(pod)
    }
    return {
      arrival,
      seen: (metadata, order = arrival()) => {
        const before = home.get(metadata.uid)
        const template = this.#templateFor(metadata)
        if (template !== undefined && before?.template === template) before.seenIn = list
        else if (template !== undefined) this.#enter(metadata, template, { home, list, order })
        else if (before) this.#leave(before)
      },
      gone: ({ uid }) => remove(uid),
      listBegins: () => {
        list++
        listOrder = listed ? ++this.#order : 0
        this.#refused.clear()
      },
      listEnds: () => {
        for (const pod of home.values()) if (pod.seenIn !== list) this.#leave(pod)
        listed = true
        listOrder = undefined
      },
    }
  }

  /** What the pod declares; undefined where there is nothing to keep. A new template has no pods yet. */
  #templateFor(pod: PodMetadata): OwnTemplate | undefined {
    if (pod.terminating || pod.annotations.length === 0) return undefined
    const key = `${pod.namespace} ${this.#hashOf(pod.annotations)}`
    const known = this.#templates.get(key)
    if (known) return known
    // Nothing is read of a pod whose tenant has no room for anything.
    const full = this.#ledger.exceeded(pod.namespace, { claims: 1, bytes: templateBytes + podBytes })
    if (full !== undefined && full !== 'heap') {
      this.#refuse(pod, pod.namespace, full)
      return undefined
    }
    const content = readClaims(pod.namespace, pod.annotations, this.#rules)
    if (!content.annotated && content.warnings.length === 0) return undefined
    const { namespace } = pod
    const bytes = weigh(content, pod.annotations)
    return { ...content, key, namespace, seenAt: this.#now(), pods: new Set<OwnPod>(), bytes }
  }

  /** Not the text itself: many pods may be annotated with 64 KiB each. */
  #hashOf(annotations: readonly Annotation[]): string {
    const known = this.#hashes.get(annotations)
    if (known !== undefined) return known
    const made = hash('sha256', JSON.stringify(annotations))
    this.#hashes.set(annotations, made)
    return made
  }

  #enter(metadata: PodMetadata, template: OwnTemplate, { home, list, order }: Place): void {
    const { uid, name, createdAt, owner = uid } = metadata
    const { key, namespace } = template
    const before = home.get(uid)
    if (!this.#makeRoom(metadata, template)) {
      if (before) this.#leave(before)
      return
    }
    const pod: OwnPod = { uid, name, createdAt, template, seenIn: list, home }
    const isNew = template.pods.size === 0
    this.#ledger.add(namespace, this.#needOf(template))
    if (isNew) this.#templates.set(key, template)
    template.pods.add(pod)
    this.#podCount++
    this.#claims.add(template, pod, order)
    // After it is in its new template, so that what both claim is never without a claim.
    if (before) this.#leave(before)
    home.set(uid, pod)
    if (isNew) for (const baseName of baseNamesOf(template)) this.#events.claimsChanged(baseName, namespace)
    this.#events.podAdded(pod, template, owner)
  }

  #needOf(template: OwnTemplate) {
    if (template.pods.size > 0) return { claims: 0, bytes: podBytes }
    return { claims: this.#claims.newOf(template), bytes: template.bytes + podBytes }
  }

  /** @returns false when the pod is refused. */
  #makeRoom(pod: PodMetadata, template: OwnTemplate): boolean {
    const { namespace } = pod
    const need = this.#needOf(template)
    for (;;) {
      const exceeded = this.#ledger.exceeded(namespace, need)
      if (exceeded === undefined) return true
      const largest = exceeded === 'heap' ? this.#ledger.largest(namespace, need) : undefined
      if (largest === undefined || largest === this.#ledger.keyOf(namespace) || !this.#evict(largest)) {
        this.#refuse(pod, namespace, exceeded)
        return false
      }
    }
  }

  /** Drops what was seen last of a tenant. @returns false when there is nothing. */
  #evict(tenant: string): boolean {
    const its = [...this.#templates.values()].filter(
      ({ namespace }) => this.#ledger.keyOf(namespace) === tenant,
    )
    const bytesOf = ({ bytes, pods }: OwnTemplate) => bytes + pods.size * podBytes
    const held = its.reduce((sum, template) => sum + bytesOf(template), 0)
    const enough = Math.min(freedAtOnce, held / 2)
    let [freed, reported] = [0, 0]
    for (let template = its.pop(); template !== undefined && freed < enough; template = its.pop()) {
      freed += bytesOf(template)
      for (const pod of template.pods) {
        this.#leave(pod)
        if (reported++ < mostReported) this.#refuse(pod, template.namespace, 'heap')
      }
    }
    return freed > 0
  }

  #refuse(pod: Pick<Pod, 'uid' | 'name'>, namespace: string, budget: Budget): void {
    if (this.#refused.size < mostRefused) this.#refused.add(namespace)
    this.#events.refused(pod, namespace, budget)
  }

  #leave(pod: OwnPod): void {
    const { template, home, uid } = pod
    const { key, namespace } = template
    if (home.get(uid) === pod) home.delete(uid)
    template.pods.delete(pod)
    this.#podCount--
    if (template.pods.size > 0) return this.#ledger.remove(namespace, { claims: 0, bytes: podBytes })
    this.#templates.delete(key)
    this.#ledger.remove(namespace, {
      claims: this.#claims.remove(template),
      bytes: template.bytes + podBytes,
    })
    for (const baseName of baseNamesOf(template)) {
      // The claim of another template may count now.
      if (this.#claims.isClaimed(baseName)) this.#events.claimsChanged(baseName, namespace)
      else this.#events.unclaimed(baseName)
    }
    this.#events.templateGone(key)
  }
}

function baseNamesOf({ claims }: TemplateContent): ReadonlySet<string> {
  return new Set(claims.map(({ group }) => baseNameOf(group)))
}

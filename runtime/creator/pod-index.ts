/**
 * The pods that ask for something, by what they ask for. Pods of one workload share a template, so that a pod costs little
 * more than its names: a cluster has many more pods than templates.
 */
import { hash } from 'node:crypto'
import type { PodMetadata } from '../kubernetes/pod-metadata.ts'
import { type Claim, familyOf, readClaims, type TemplateContent, type TemplateRules } from './read-claims.ts'
import type { PodSink } from '../kubernetes/reflector.ts'

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

/** One template's claim in a family. */
export type Claimant = { readonly claim: Claim; readonly template: Template }

export type IndexEvents = {
  /** What is claimed in the family, or by whom, has changed. */
  readonly familyChanged: (family: string, namespace: string) => void
  readonly podAdded: (pod: Pod, template: Template, owner: string) => void
}

export type PodIndex = {
  /** For one list and its watches. */
  readonly sink: () => PodSink
  readonly claimantsOf: (family: string) => readonly Claimant[]
  readonly templateOf: (key: string) => Template | undefined
  readonly podCount: () => number
}

type OwnTemplate = Template & { readonly pods: Set<OwnPod> }
type OwnPod = Pod & { template: OwnTemplate; seenIn: number }

export function podIndex(rules: TemplateRules, now: () => number, events: IndexEvents): PodIndex {
  const templates = new Map<string, OwnTemplate>()
  const families = new Map<string, Set<OwnTemplate>>()
  let total = 0

  const enter = (pod: PodMetadata): OwnTemplate | undefined => {
    // Not the text itself: somebody may annotate many pods with a quarter of a megabyte each.
    const key = `${pod.namespace} ${hash('sha256', JSON.stringify(pod.annotations))}`
    const known = templates.get(key)
    if (known) return known
    const content = readClaims(pod.namespace, pod.annotations, rules)
    if (!content.annotated && content.refusals.length === 0) return undefined
    const template = { ...content, key, namespace: pod.namespace, seenAt: now(), pods: new Set<OwnPod>() }
    templates.set(key, template)
    for (const family of familiesOf(template)) {
      families.set(family, (families.get(family) ?? new Set()).add(template))
    }
    return template
  }

  const leave = (pod: OwnPod) => {
    const { template } = pod
    template.pods.delete(pod)
    total--
    if (template.pods.size > 0) return
    templates.delete(template.key)
    for (const family of familiesOf(template)) {
      const claiming = families.get(family)
      claiming?.delete(template)
      if (claiming?.size === 0) families.delete(family)
      // Somebody else's claim may count now.
      else events.familyChanged(family, template.namespace)
    }
  }

  const sink = (): PodSink => {
    /** By uid. */
    const pods = new Map<string, OwnPod>()
    let list = 0
    const remove = (uid: string) => {
      const pod = pods.get(uid)
      if (pod === undefined) return
      pods.delete(uid)
      leave(pod)
    }
    return {
      seen: (metadata) => {
        if (metadata.terminating || metadata.annotations.length === 0) return remove(metadata.uid)
        const template = enter(metadata)
        if (template === undefined) return remove(metadata.uid)
        const before = pods.get(metadata.uid)
        if (before?.template === template) {
          before.seenIn = list
          return
        }
        const { uid, name, createdAt, owner = uid } = metadata
        const pod: OwnPod = { uid, name, createdAt, template, seenIn: list }
        template.pods.add(pod)
        pods.set(uid, pod)
        total++
        // After it is in its new one: a family that both claim is never without claims.
        if (before) leave(before)
        if (template.pods.size === 1) {
          for (const family of familiesOf(template)) events.familyChanged(family, template.namespace)
        }
        events.podAdded(pod, template, owner)
      },
      gone: ({ uid }) => remove(uid),
      listBegins: () => void list++,
      listEnds: () => {
        for (const [uid, pod] of pods) if (pod.seenIn !== list) remove(uid)
      },
    }
  }

  return {
    sink,
    claimantsOf: (family) =>
      [...(families.get(family) ?? [])].flatMap((template) =>
        template.claims
          .filter(({ group }) => familyOf(group) === family)
          .map((claim) => ({ claim, template })),
      ),
    templateOf: (key) => templates.get(key),
    podCount: () => total,
  }
}

function familiesOf({ claims }: TemplateContent): ReadonlySet<string> {
  return new Set(claims.map(({ group }) => familyOf(group)))
}

/** The one that was there first; of those of one second, the first by name. */
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

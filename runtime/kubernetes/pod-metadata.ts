/** What the creator keeps of a pod. Everything else that the API server sends, above all managed fields, is dropped at once. */
import { hash } from 'node:crypto'
import type { Annotation } from '../../api/pod/pod-annotations.ts'
import { bounds } from '../../api/bounds.ts'
import { listOf, mapOf } from '../../api/json.ts'

export type PodMetadata = {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  /** The resourceVersion. */
  readonly version: string
  /** In seconds since 1970; Kubernetes has no fractions. */
  readonly createdAt: number
  readonly terminating: boolean
  /** The uid of the controller that made it, where one did, or its hash. Whoever creates the pod chooses it. */
  readonly owner?: string
  /** Those of the annotation domain, in the order in which the API server sends them: sorted. */
  readonly annotations: readonly Annotation[]
}

/** Uids of Kubernetes have 36 characters. */
const longestUid = 64

/** Of a PartialObjectMetadata; undefined where it is none. @param domain of the annotations. */
export function readPodMetadata(object: unknown, domain: string): PodMetadata | undefined {
  const metadata = mapOf(mapOf(object)['metadata'])
  const { uid, namespace, name, resourceVersion: version, creationTimestamp } = metadata
  if (typeof uid !== 'string' || typeof namespace !== 'string' || typeof name !== 'string') return undefined
  if (typeof version !== 'string' || typeof creationTimestamp !== 'string') return undefined
  const owner = ownerIn(metadata['ownerReferences'])
  return {
    uid,
    namespace,
    name,
    version,
    createdAt: secondsOf(creationTimestamp),
    terminating: metadata['deletionTimestamp'] !== undefined,
    ...(owner === undefined ? {} : { owner }),
    annotations: annotationsOf(mapOf(metadata['annotations']), `.${domain}`),
  }
}

export function secondsOf(timestamp: string): number {
  return Math.floor(Date.parse(timestamp) / 1000)
}

/** Of the controller. Kubernetes has uids of 36 characters, but accepts any text here, up to the size of the object. */
export function ownerIn(references: unknown): string | undefined {
  const uid = listOf(references)
    .map(mapOf)
    .find((one) => one['controller'] === true)?.['uid']
  if (typeof uid !== 'string') return undefined
  return uid.length <= longestUid ? uid : hash('sha256', uid)
}

/** Those of the domain; of more than a pod may have, enough to show that they are too many. @param suffix of what precedes the slash in their keys. */
export function annotationsOf(annotations: Readonly<Record<string, unknown>>, suffix: string): Annotation[] {
  const found: Annotation[] = []
  let length = 0
  for (const [key, value] of Object.entries(annotations)) {
    const slash = key.indexOf('/')
    if (slash <= 0 || !key.endsWith(suffix, slash) || typeof value !== 'string') continue
    const kept = value.length > bounds.podBytes ? firstPart(value) : value
    found.push([key, kept])
    length += key.length + kept.length
    if (length > bounds.podBytes) break
  }
  return found
}

/** Each character is a byte at least, so this is too long for a pod. A copy, because a piece of a string keeps all of it. */
function firstPart(value: string): string {
  return Buffer.from(value.slice(0, bounds.podBytes + 1)).toString()
}

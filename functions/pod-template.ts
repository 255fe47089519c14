import type { Annotation } from '../api/pod-annotations.ts'
import type { Mistake } from '../api/mistake.ts'
import type { ManifestItem } from './manifest-item.ts'
import type { SourceNode } from './source-node.ts'
import { allEntries, duplicateKeys, lookUpPath, stringOf } from './source-value.ts'

/** Where a kind of workload has its pod template; the empty path for a Pod, whose own metadata is the template's. */
const podTemplatePaths: readonly { group: string; kind: string; path: readonly string[] }[] = [
  { group: '', kind: 'Pod', path: [] },
  { group: '', kind: 'PodTemplate', path: ['template'] },
  { group: '', kind: 'ReplicationController', path: ['spec', 'template'] },
  { group: 'apps', kind: 'Deployment', path: ['spec', 'template'] },
  { group: 'apps', kind: 'StatefulSet', path: ['spec', 'template'] },
  { group: 'apps', kind: 'DaemonSet', path: ['spec', 'template'] },
  { group: 'apps', kind: 'ReplicaSet', path: ['spec', 'template'] },
  { group: 'batch', kind: 'Job', path: ['spec', 'template'] },
  { group: 'batch', kind: 'CronJob', path: ['spec', 'jobTemplate', 'spec', 'template'] },
]

export type PodTemplate = {
  /** From the object's root. */
  readonly path: readonly string[]
  readonly node: SourceNode
  /** The pod's annotations, those that are strings. */
  readonly annotations: readonly Annotation[]
  /** Annotations of our domain that are no strings, or stand there twice, which the API server would refuse. */
  readonly mistakes: readonly Mistake[]
}

/** The pod template of a workload; undefined for an object that has none. */
export function podTemplateOf({ root, object }: ManifestItem, domain: string): PodTemplate | undefined {
  const group = object.apiVersion.includes('/') ? object.apiVersion.replace(/\/.*/, '') : ''
  const found = podTemplatePaths.find((one) => one.kind === object.kind && one.group === group)
  const node = found && lookUpPath(root, found.path)
  if (!found || node?.type !== 'map') return undefined
  const annotations: Annotation[] = []
  const mistakes: Mistake[] = []
  const report = (annotation: string, message: string) => {
    if (!annotation.includes(`.${domain}/`)) return
    mistakes.push({ severity: 'error', code: 'SYNTAX', annotation, message })
  }
  const all = lookUpPath(node, ['metadata', 'annotations'])
  for (const [key, value] of allEntries(all)) {
    const text = stringOf(value)
    if (text === undefined) report(key, 'the value is not a string: put it in quotes')
    else annotations.push([key, text])
  }
  if (all?.type === 'map') for (const key of duplicateKeys(all)) report(key, 'stands more than once')
  return { path: found.path, node, annotations, mistakes }
}

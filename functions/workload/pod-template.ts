import type { Annotation } from '../../api/pod-annotations.ts'
import type { AnnotationDiagnostic, Diagnostic } from '../../api/diagnostic.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { SourceNode } from '../yaml/node.ts'
import { allEntries, duplicateKeys, lookUp, lookUpPath, stringOf } from '../yaml/value.ts'

/** Where a kind of workload has its pod templates. */
export type PodTemplateKind = {
  readonly kind: string
  /** The whole apiVersion, or a group of which every version counts. */
  readonly apiVersion?: string
  readonly group?: string
  /** Keys, with `*` for every item of a list; empty for a Pod, whose own metadata is the template's. */
  readonly path: readonly string[]
}

const builtIn: readonly PodTemplateKind[] = [
  { group: '', kind: 'Pod', path: [] },
  { group: '', kind: 'PodTemplate', path: ['template'] },
  { group: '', kind: 'ReplicationController', path: ['spec', 'template'] },
  { group: 'apps', kind: 'Deployment', path: ['spec', 'template'] },
  { group: 'apps', kind: 'StatefulSet', path: ['spec', 'template'] },
  { group: 'apps', kind: 'DaemonSet', path: ['spec', 'template'] },
  { group: 'apps', kind: 'ReplicaSet', path: ['spec', 'template'] },
  { group: 'batch', kind: 'Job', path: ['spec', 'template'] },
  { group: 'batch', kind: 'CronJob', path: ['spec', 'jobTemplate', 'spec', 'template'] },
  { group: 'argoproj.io', kind: 'Rollout', path: ['spec', 'template'] },
  { group: 'serving.knative.dev', kind: 'Service', path: ['spec', 'template'] },
  { group: 'apps.kruise.io', kind: 'CloneSet', path: ['spec', 'template'] },
  { group: 'apps.openshift.io', kind: 'DeploymentConfig', path: ['spec', 'template'] },
  {
    group: 'jobset.x-k8s.io',
    kind: 'JobSet',
    path: ['spec', 'replicatedJobs', '*', 'template', 'spec', 'template'],
  },
]

export type PodTemplate = {
  /** From the object's root; numbers are positions in lists. */
  readonly path: readonly (string | number)[]
  /** Identifies a template of the object by the names of the list items; empty where there can be only one. */
  readonly key: string
  readonly node: SourceNode
  /** The pod's annotations, those that are strings. */
  readonly annotations: readonly Annotation[]
  /** Annotations of our domain that are not strings, or are declared twice, which the API server would refuse. */
  readonly diagnostics: readonly AnnotationDiagnostic[]
}

/** The pod templates of a workload; none for an object that has none. @param configured wins over what is built in. */
export function podTemplatesOf(
  { root, object }: ManifestItem,
  domain: string,
  configured: readonly PodTemplateKind[],
): PodTemplate[] {
  const group = object.apiVersion.includes('/') ? object.apiVersion.replace(/\/.*/, '') : ''
  const found = [...configured, ...builtIn].find(
    (one) =>
      one.kind === object.kind &&
      (one.apiVersion ?? object.apiVersion) === object.apiVersion &&
      (one.group ?? group) === group,
  )
  if (!found) return []
  return nodesAt(root, found.path).flatMap(({ node, path, names }) => {
    if (node.type !== 'map') return []
    return [{ path, key: names.join('/'), node, ...annotationsIn(node, domain) }]
  })
}

type Match = {
  readonly node: SourceNode
  readonly path: readonly (string | number)[]
  readonly names: readonly string[]
}

function nodesAt(root: SourceNode, keys: readonly string[]): Match[] {
  let matches: Match[] = [{ node: root, path: [], names: [] }]
  for (const key of keys) {
    matches = matches.flatMap(({ node, path, names }): Match[] => {
      if (key !== '*') {
        const next = lookUp(node, key)
        return next ? [{ node: next, path: [...path, key], names }] : []
      }
      if (node.type !== 'sequence') return []
      return node.items.map((item, index) => ({
        node: item,
        path: [...path, index],
        names: [...names, stringOf(lookUp(item, 'name')) ?? String(index)],
      }))
    })
  }
  return matches
}

function annotationsIn(node: SourceNode, domain: string): Pick<PodTemplate, 'annotations' | 'diagnostics'> {
  const annotations: Annotation[] = []
  const diagnostics: AnnotationDiagnostic[] = []
  const report = (annotation: string, wrong: Diagnostic) => {
    if (!annotation.includes(`.${domain}/`)) return
    diagnostics.push({ severity: 'error', code: 'SYNTAX', annotation, ...wrong })
  }
  const all = lookUpPath(node, ['metadata', 'annotations'])
  for (const [key, value] of allEntries(all)) {
    const text = stringOf(value)
    if (text === undefined) report(key, { message: 'the value must be a string', hint: 'put it in quotes' })
    else annotations.push([key, text])
  }
  if (all?.type === 'map') for (const key of duplicateKeys(all)) report(key, { message: 'is declared twice' })
  return { annotations, diagnostics }
}

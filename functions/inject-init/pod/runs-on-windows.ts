/** https://kubernetes.io/docs/concepts/windows/user-guide/#ensuring-os-specific-workloads-land-on-the-appropriate-container-host */
import type { SourceMap, SourceNode } from '../../yaml/node.ts'
import { lookUp, lookUpPath, stringOf } from '../../yaml/value.ts'

/** The second is what Kubernetes before 1.14 set, and what old manifests select. */
export const osLabels = ['kubernetes.io/os', 'beta.kubernetes.io/os']

/** Node labels that only Windows nodes have. https://kubernetes.io/docs/reference/labels-annotations-taints/#nodekubernetesiowindows-build */
export const windowsLabel = 'node.kubernetes.io/windows-build'

/** Whether the pod can run on Windows nodes alone. @param spec of the pod. */
export function runsOnWindows(spec: SourceMap): boolean {
  const os = stringOf(lookUpPath(spec, ['os', 'name']))
  if (os !== undefined) return os === 'windows'
  const selector = lookUp(spec, 'nodeSelector')
  if (osLabels.some((label) => stringOf(lookUp(selector, label)) === 'windows')) return true
  if (lookUp(selector, windowsLabel)) return true
  const terms = itemsOf(
    lookUpPath(spec, [
      'affinity',
      'nodeAffinity',
      'requiredDuringSchedulingIgnoredDuringExecution',
      'nodeSelectorTerms',
    ]),
  )
  // A node has to match one of the terms, and all expressions of it.
  return (
    terms.length > 0 && terms.every((term) => itemsOf(lookUp(term, 'matchExpressions')).some(isForWindows))
  )
}

function isForWindows(expression: SourceNode): boolean {
  const key = stringOf(lookUp(expression, 'key')) ?? ''
  const operator = stringOf(lookUp(expression, 'operator'))
  const values = itemsOf(lookUp(expression, 'values')).map(stringOf)
  if (key === windowsLabel) return operator === 'In' || operator === 'Exists'
  if (!osLabels.includes(key) || values.length === 0) return false
  if (operator === 'In') return values.every((value) => value === 'windows')
  // Kubernetes runs on these two.
  return operator === 'NotIn' && values.includes('linux') && !values.includes('windows')
}

function itemsOf(node: SourceNode | undefined): readonly SourceNode[] {
  return node?.type === 'sequence' ? node.items : []
}

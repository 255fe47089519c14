import type { Annotation } from '../../api/pod/pod-annotations.ts'
import type { AnnotationDiagnostic, Diagnostic } from '../../api/diagnostic.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { SourceNode } from '../yaml/node.ts'
import { excessBytes, hintForLarge, maxAnnotationBytes } from './annotation-bytes.ts'
import { type PodTemplateKind, templatePaths } from './pod-template-kinds.ts'
import { allEntries, duplicateKeys, lookUp, lookUpPath, stringOf } from '../yaml/value.ts'

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
  const paths = templatePaths(object, configured)
  return paths
    .flatMap((one) => nodesAt(root, one))
    .flatMap(({ node, path, names }) => {
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
  const own = annotations.findLast(([key]) => key.includes(`.${domain}/`))
  const bytes = own && excessBytes(annotations)
  if (own && bytes !== undefined) {
    report(own[0], {
      message: `all annotations of the pod have ${bytes} bytes, and the API server accepts ${maxAnnotationBytes}`,
      hint: hintForLarge(annotations),
    })
  }
  if (all?.type === 'map') for (const key of duplicateKeys(all)) report(key, { message: 'is declared twice' })
  return { annotations, diagnostics }
}

import type { ObjectReference } from './krm-result.ts'
import type { SourceDocument, SourceMap } from './source-node.ts'
import { allEntries, lookUp, lookUpPath, ownEntry, stringOf } from './source-value.ts'

/** One Kubernetes object in YAML source: a document, an item of a ResourceList, or an item of a `kind: List`. */
export type ManifestItem = {
  readonly document: SourceDocument
  readonly root: SourceMap
  readonly object: ObjectReference
}

/** The objects under a node: itself, or the items of a List, however deep. What is no object has no apiVersion or kind. */
export function itemsUnder(
  document: SourceDocument,
  node: SourceDocument['root'] | undefined,
): ManifestItem[] {
  if (node?.type !== 'map') return []
  const apiVersion = stringOf(lookUp(node, 'apiVersion'))
  const kind = stringOf(lookUp(node, 'kind'))
  if (apiVersion === undefined || kind === undefined) return []
  if (apiVersion === 'v1' && kind === 'List') {
    const items = ownEntry(node, 'items')?.value
    return items?.type === 'sequence' ? items.items.flatMap((item) => itemsUnder(document, item)) : []
  }
  const name = stringOf(lookUpPath(node, ['metadata', 'name'])) ?? ''
  const namespace = stringOf(lookUpPath(node, ['metadata', 'namespace']))
  const object = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
  return [{ document, root: node, object }]
}

/** The object's own annotations; values that are no strings are left out. */
export function annotationsOf({ root }: ManifestItem): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of allEntries(lookUpPath(root, ['metadata', 'annotations']))) {
    const text = stringOf(value)
    if (text !== undefined) found.set(key, text)
  }
  return found
}

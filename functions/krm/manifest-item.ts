import type { ObjectReference } from './result.ts'
import type { SourceDocument, SourceMap, SourceNode } from '../yaml/node.ts'
import { allEntries, isNull, lookUp, lookUpPath, ownEntry, stringOf } from '../yaml/value.ts'

/** One Kubernetes object in YAML source: a document, an item of a ResourceList, or an item of a list such as `kind: List`. */
export type ManifestItem = {
  readonly document: SourceDocument
  readonly root: SourceMap
  readonly object: ObjectReference
}

/**
 * The objects under a node: itself, or the items of a list, however deep. What is no object has neither apiVersion nor kind; one of the two
 * is empty where somebody forgot it.
 *
 * A list is what kubectl and kustomize take for one: its kind ends in `List`, and it has items. Those of a typed list,
 * such as a DeploymentList of the API server's, need not have an apiVersion and a kind, because the list has them.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#collections
 *
 * @param given of a typed list around it.
 */
export function itemsUnder(
  document: SourceDocument,
  node: SourceNode | undefined,
  given: { readonly apiVersion?: string; readonly kind?: string } = {},
): ManifestItem[] {
  // The value of an alias is read; an edit of it is refused.
  const root = node?.type === 'alias' ? node.target : node
  if (root?.type !== 'map') return []
  const apiVersion = stringOf(lookUp(root, 'apiVersion')) ?? given.apiVersion
  const kind = stringOf(lookUp(root, 'kind')) ?? given.kind
  if (apiVersion === undefined && kind === undefined) return []
  const items = kind?.endsWith('List') === true ? ownEntry(root, 'items')?.value : undefined
  const ofItems =
    kind === undefined || kind === 'List'
      ? {}
      : { ...(apiVersion === undefined ? {} : { apiVersion }), kind: kind.slice(0, -'List'.length) }
  if (items?.type === 'sequence') return items.items.flatMap((one) => itemsUnder(document, one, ofItems))
  if (isNull(items)) return []
  const named = (key: string) => stringOf(lookUpPath(root, ['metadata', key]))
  // The API server appends to generateName, which is all that identifies the object before.
  const name = named('name') ?? named('generateName') ?? ''
  const namespace = named('namespace')
  const object = {
    apiVersion: apiVersion ?? '',
    kind: kind ?? '',
    name,
    ...(namespace === undefined ? {} : { namespace }),
  }
  return [{ document, root, object }]
}

/** One of the object's own annotations; undefined also where its value is no string. */
export function annotationOf({ root }: ManifestItem, key: string): string | undefined {
  return stringOf(lookUp(lookUpPath(root, annotationsPath), key))
}

const annotationsPath = ['metadata', 'annotations'] as const

/** The object's own annotations; values that are no strings are left out. */
export function annotationsOf({ root }: ManifestItem): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of allEntries(lookUpPath(root, annotationsPath))) {
    const text = stringOf(value)
    if (text !== undefined) found.set(key, text)
  }
  return found
}

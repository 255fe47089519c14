/** The lists of a pod that injection reads and edits. */
import { isMap } from '../../api/json.ts'
import { editableList, type EditableList, editableMap, pathText, type Refusals } from '../yaml/edit-target.ts'
import { listStyleOf } from '../yaml/edit.ts'
import type { SourceDocument, SourceMap } from '../yaml/node.ts'
import { lookUp, lookUpPath, stringOf, toValue, type Value } from '../yaml/value.ts'
import type { Workload } from '../workload/workload.ts'
import type { ListStyle } from '../yaml/stringify.ts'

/** An item of a list, such as a container or a volume. */
export type Part = {
  readonly node: SourceMap
  readonly name: string
  readonly value: Value
}

export type EditablePod = {
  readonly document: SourceDocument
  readonly spec: SourceMap
  /** The spec's path, for messages. */
  readonly where: string
  readonly lists: ListStyle
  readonly initContainers: PartList
  readonly containers: PartList
  readonly volumes: PartList
  /** The names of a StatefulSet's claims: to a pod they win over its volumes. */
  readonly claims: readonly string[]
}

export type PartList = EditableList & { readonly parts: readonly Part[] }

/** Undefined, with the reasons noted, where the pod's spec cannot be edited. */
export function editablePodOf({ item, template }: Workload, refusals: Refusals): EditablePod | undefined {
  const { document, root } = item
  const path = [...template.path, 'spec']
  const where = pathText(path)
  const spec = editableMap(document, root, path, refusals)
  if (!spec) return undefined
  const partsOf = (key: string) => partList(document, spec, key, where, refusals)
  const containers = partsOf('containers')
  if (containers.parts.length === 0 && refusals.length === 0) refusals.push(`${where}.containers is missing`)
  const lists = listStyleOf(document, spec, 'containers') ?? 'compact'
  return {
    document,
    spec,
    where,
    lists,
    containers,
    initContainers: partsOf('initContainers'),
    volumes: partsOf('volumes'),
    claims: claimsOf(root),
  }
}

function claimsOf(root: SourceMap): string[] {
  const claims = lookUpPath(root, ['spec', 'volumeClaimTemplates'])
  if (claims?.type !== 'sequence') return []
  return claims.items.flatMap((claim) => stringOf(lookUpPath(claim, ['metadata', 'name'])) ?? [])
}

export function partList(
  document: SourceDocument,
  map: SourceMap,
  key: string,
  where: string,
  refusals: Refusals,
): PartList {
  const list = editableList(document, map, key, where, refusals)
  const parts = list.items.map((node) => ({
    node,
    name: stringOf(lookUp(node, 'name')) ?? '',
    // Few are looked at.
    get value() {
      return toValue(node)
    },
  }))
  return { ...list, parts }
}

/** Whether an init container is a native sidecar, which goes on beside those that follow. */
export function staysOn(container: Value): boolean {
  return isMap(container) && container['restartPolicy'] === 'Always'
}

/** The lists of a pod that injection reads and edits. */
import { isMap } from '../../../api/json.ts'
import { type EditableList, pathText } from '../../yaml/edit-target.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { SourceDocument, SourceMap } from '../../yaml/node.ts'
import { rememberedValue } from './remembered-value.ts'
import { lookUp, lookUpPath, stringOf, toValue, type Value } from '../../yaml/value.ts'
import type { Workload } from '../../workload/workload.ts'

/** An item of a list, such as a container or a volume. */
export type Part = {
  readonly node: SourceMap
  readonly name: string
  readonly value: Value
}

export type PartList = EditableList & { readonly key: string; readonly parts: readonly Part[] }

export type EditablePod = {
  readonly spec: SourceMap
  /** The path of the spec, for messages. */
  readonly where: string
  readonly initContainers: PartList
  readonly containers: PartList
  readonly volumes: PartList
  /** The names of the volumeClaimTemplates of a StatefulSet: they replace volumes of the pod with the same name. */
  readonly claims: readonly string[]
}

/** Undefined where the spec of the pod cannot be edited. */
export function editablePodOf(
  editor: Editor,
  { item: { root }, template }: Workload,
): EditablePod | undefined {
  const path = [...template.path, 'spec']
  const where = pathText(path)
  const spec = editor.mapAt(root, path)
  if (!spec) return undefined
  const containers = partList(editor, spec, 'containers', where)
  if (containers.parts.length === 0 && !editor.isRefused) editor.refuse(`${where}.containers is missing`)
  editor.followListStyle(spec, 'containers')
  const initContainers = partList(editor, spec, 'initContainers', where)
  const volumes = partList(editor, spec, 'volumes', where)
  if (editor.isRefused) return undefined
  return { spec, where, containers, initContainers, volumes, claims: claimsOf(root) }
}

function claimsOf(root: SourceMap): string[] {
  const claims = lookUpPath(root, ['spec', 'volumeClaimTemplates'])
  if (claims?.type !== 'sequence') return []
  return claims.items.flatMap((claim) => stringOf(lookUpPath(claim, ['metadata', 'name'])) ?? [])
}

/** @param where the path of the map, for messages. */
export function partList(editor: Editor, map: SourceMap, key: string, where: string): PartList {
  const list = editor.listUnder(map, key, where)
  const document = sharedLists.has(key) ? editor.document : undefined
  return { ...list, key, parts: list.items.map((node) => new ListedPart(node, document)) }
}

/** Their items are alike in many pods once they are injected. */
const sharedLists = new Set(['initContainers', 'volumes'])

/**
 * A class: an object with a getter of its own would have a hidden class of its own, which keeps the whole tree of the pod until V8 collects
 * the old generation.
 */
class ListedPart implements Part {
  readonly node: SourceMap
  readonly name: string
  readonly #document: SourceDocument | undefined
  #value: Value | undefined

  /** @param document where its value may be that of another document. */
  constructor(node: SourceMap, document: SourceDocument | undefined) {
    this.node = node
    this.#document = document
    this.name = stringOf(lookUp(node, 'name')) ?? ''
  }

  /** Most are not needed, and some very often. */
  get value(): Value {
    return (this.#value ??= this.#document ? rememberedValue(this.#document, this.node) : toValue(this.node))
  }
}

/** Whether an init container is a native sidecar, which keeps running beside the following containers. */
export function staysOn(container: Value): boolean {
  return isMap(container) && container['restartPolicy'] === 'Always'
}

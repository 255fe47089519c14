/** Which nodes may be edited: those that are not shared through aliases, anchors or merge keys. */
import type { SourceEdit } from './apply-edits.ts'
import { hasColon } from './edit.ts'
import type { SourceDocument, SourceEntry, SourceMap, SourceNode, SourceSequence } from './node.ts'
import { hasMergeKey } from './value.ts'

/** Keys of maps and positions in lists. */
export type Path = readonly (string | number)[]

/** `spec.replicatedJobs[0].template`, for messages. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the object'
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

export type EditableList = {
  readonly map: SourceMap
  readonly entry?: SourceEntry
  /** Absent also when the entry is empty, such as `volumes: []`. */
  readonly list?: SourceSequence
  readonly items: readonly SourceMap[]
}

/** Why an edit of this node would also change other nodes, if so: the end of a sentence that begins with its path. */
export function sharedReason({ aliased }: SourceDocument, node: SourceNode): string | undefined {
  if (node.type === 'alias') return `is the alias *${node.name}`
  if (node.anchor !== undefined && aliased.has(node.anchor)) {
    return `is also used elsewhere, through the anchor &${node.anchor}`
  }
  return node.type === 'map' && hasMergeKey(node) ? 'has a merge key (<<)' : undefined
}

/** Why an entry of a map cannot be replaced or removed, if so: an explicit key (`? key`), likewise. */
export function explicitKeyReason(
  { source }: SourceDocument,
  map: SourceMap,
  entries: readonly SourceEntry[],
): string | undefined {
  if (entries.every((entry) => hasColon(source, entry, map.flow))) return undefined
  return 'has a key that is not written as "key: value"'
}

/** The anchor that edits would remove although an alias uses it: users may put anchors on what inject-init added. */
export function lostAnchor(
  { source, aliased }: SourceDocument,
  edits: readonly SourceEdit[],
): string | undefined {
  if (aliased.size === 0) return undefined
  const words = edits.flatMap(({ start, end }) => source.slice(start, end).split(/[\s,[\]{}]/))
  return [...aliased].find((one) => words.includes(`&${one}`))
}

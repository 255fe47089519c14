/** The way to a node that may be edited: only through nodes that stand there themselves and nowhere else. */
import type { SourceEdit } from './apply-edits.ts'
import type { SourceDocument, SourceEntry, SourceMap, SourceNode, SourceSequence } from './source-node.ts'
import { duplicateKeys, hasMergeKey, isNull, ownEntry } from './source-value.ts'
import { hasColon } from './source-edit.ts'

/** Collects why a document cannot be edited; an edit is made only when nothing was collected. */
export type Refusals = string[]

/** The map at a path, or undefined with the reason noted. */
export function editableMap(
  document: SourceDocument,
  root: SourceMap,
  path: readonly string[],
  refusals: Refusals,
): SourceMap | undefined {
  let map: SourceMap | undefined = checkedMap(document, root, 'the object', refusals)
  path.forEach((key, index) => {
    if (!map) return
    const where = path.slice(0, index + 1).join('.')
    const value = ownEntry(map, key)?.value
    if (value) map = checkedMap(document, value, where, refusals)
    else {
      refusals.push(`${where} is missing`)
      map = undefined
    }
  })
  return map
}

export type EditableList = {
  readonly map: SourceMap
  readonly entry?: SourceEntry
  /** Absent also when the entry is there in name only. */
  readonly list?: SourceSequence
  readonly items: readonly SourceMap[]
}

/** The list of maps under a key of a map; `where` is the map's path, for the reasons. */
export function editableList(
  document: SourceDocument,
  map: SourceMap,
  key: string,
  where: string,
  refusals: Refusals,
): EditableList {
  const entry = ownEntry(map, key)
  if (!entry) return { map, items: [] }
  const { value } = entry
  const path = `${where}.${key}`
  const problem = sharedProblem(document, value)
  if (problem !== undefined) refusals.push(`${path} ${problem}`)
  if (value.type === 'sequence') {
    const items = value.items.flatMap((item, index) => {
      const one = checkedMap(document, item, `${path}[${index}]`, refusals)
      return one ? [one] : []
    })
    return value.items.length === 0 ? { map, entry, items } : { map, entry, list: value, items }
  }
  if (problem === undefined && !isNull(value)) refusals.push(`${path} is not a list`)
  return { map, entry, items: [] }
}

/** The node if it is a map that may be edited, else undefined with the reason noted. */
export function checkedMap(
  document: SourceDocument,
  node: SourceNode,
  where: string,
  refusals: Refusals,
): SourceMap | undefined {
  const problem =
    node.type === 'map' || node.type === 'alias' ? sharedProblem(document, node) : 'is not a map'
  if (problem !== undefined) {
    refusals.push(`${where} ${problem}`)
    return undefined
  }
  if (node.type !== 'map') return undefined
  for (const key of duplicateKeys(node)) refusals.push(`${where} has the key ${JSON.stringify(key)} twice`)
  return node
}

/** Notes the anchor that edits would take out though an alias means it: a user may share a part of what we added. */
export function noteLostAnchor(
  document: SourceDocument,
  edits: readonly SourceEdit[],
  refusals: Refusals,
): void {
  const words = edits.flatMap(({ start, end }) => document.source.slice(start, end).split(/[\s,[\]{}]/))
  const name = [...document.aliased].find((one) => words.includes(`&${one}`))
  if (name !== undefined) refusals.push(`the anchor &${name}, which is used elsewhere too, would be lost`)
}

/** Why this node cannot be edited for itself alone, if so: the end of a sentence that begins with its path. */
export function sharedProblem(document: SourceDocument, node: SourceNode): string | undefined {
  if (node.type === 'alias') return `stands behind the alias *${node.name}`
  if (node.anchor !== undefined && document.aliased.has(node.anchor)) {
    return `is used elsewhere too, through the anchor &${node.anchor}`
  }
  if (node.type !== 'map') return undefined
  if (hasMergeKey(node)) return 'has a merge key (<<)'
  if (node.entries.every((entry) => hasColon(document, entry, node.flow))) return undefined
  return 'has a key that is not written as "key: value"'
}

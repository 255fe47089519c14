/** The way to a node that may be edited: only through nodes that stand there themselves and nowhere else. */
import type { SourceEdit } from './apply-edits.ts'
import type { SourceDocument, SourceEntry, SourceMap, SourceNode, SourceSequence } from './node.ts'
import { duplicateKeys, hasMergeKey, isNull, ownEntry } from './value.ts'
import { hasColon } from './edit.ts'

/** Collects why a document cannot be edited; an edit is made only when nothing was collected. */
export type Refusals = string[]

/** The map at a path, or undefined with the reason noted. A number in a path is a position in a list. */
export function editableMap(
  document: SourceDocument,
  root: SourceMap,
  path: readonly (string | number)[],
  refusals: Refusals,
): SourceMap | undefined {
  let node: SourceNode = root
  for (const [index, step] of path.entries()) {
    const next = editableChild(document, node, step, pathText(path.slice(0, index)), refusals)
    if (!next) return undefined
    node = next
  }
  return checkedMap(document, node, pathText(path), refusals)
}

function editableChild(
  document: SourceDocument,
  node: SourceNode,
  step: string | number,
  where: string,
  refusals: Refusals,
): SourceNode | undefined {
  if (typeof step === 'string') {
    const map = checkedMap(document, node, where, refusals)
    if (!map) return undefined
    const value = ownEntry(map, step)?.value
    if (!value) refusals.push(`${where === theObject ? '' : `${where}.`}${step} is missing`)
    return value
  }
  const problem = sharedProblem(document, node)
  if (problem !== undefined) refusals.push(`${where} ${problem}`)
  return problem === undefined && node.type === 'sequence' ? node.items[step] : undefined
}

const theObject = 'the object'

/** `spec.replicatedJobs[0].template`, for messages. */
export function pathText(path: readonly (string | number)[]): string {
  if (path.length === 0) return theObject
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
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

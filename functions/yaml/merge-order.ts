/**
 * Merge keys (`<<`) that kubectl and kustomize read differently. For kubectl, the last of a key and a `<<` wins. For kustomize, a
 * key wins over `<<` wherever it is, and a second `<<` is an error. They agree where one `<<` is before the keys that it has too.
 */
import type { SourceMap, SourceNode, SourceScalar } from './node.ts'
import type { ReadOtherwise } from './read-otherwise.ts'
import { scalarValue } from './scalar-value.ts'
import { hasMergeKey, isMergeKey, mergedMaps, resolve } from './value.ts'

/** @param map whose aliases repeat a bounded number of nodes. */
export function mergesReadOtherwise(map: SourceMap): readonly ReadOtherwise[] {
  const hint = 'Write << once, as the first key of its map.'
  const [first, second] = map.entries.filter(({ key }) => isMergeKey(key))
  if (second) {
    const message = 'has a second merge key (<<) in one map, which kubectl and kustomize read differently'
    return [{ offset: second.key.start, message, hint: `${hint} A list merges several maps: <<: [*a, *b].` }]
  }
  if (first && isListWithMergeKeys(first.value)) {
    const message =
      'has a merge key (<<) with a list of maps that have merge keys, of which kustomize reads one'
    return [{ offset: first.key.start, message, hint: 'Write the keys of these maps in one map without <<.' }]
  }
  const before = first ? map.entries.slice(0, map.entries.indexOf(first)) : []
  if (!first || before.length === 0) return []
  const merged = new Set(mergedMaps(map).flatMap((one) => one.entries.map(({ key }) => nameOf(key))))
  if (!before.some(({ key }) => merged.has(nameOf(key)))) return []
  const message =
    'has a merge key (<<) after a key that it has too: kubectl reads the value of <<, kustomize that of the key'
  return [{ offset: first.key.start, message, hint }]
}

function isListWithMergeKeys(node: SourceNode): boolean {
  const list = resolve(node)
  return (
    list.type === 'sequence' && list.items.map(resolve).some((one) => one.type === 'map' && hasMergeKey(one))
  )
}

/** Kustomize drops a quoted `<<`, which is a key like any other for kubectl, and a merge key for it with the tag `!`. */
export function otherMergeKey(key: SourceScalar): ReadOtherwise | undefined {
  if (key.text !== '<<' || isMergeKey(key)) return undefined
  const message = 'has a key << in quotes or with a tag, which kubectl and kustomize read differently'
  return { offset: key.start, message, hint: 'Write << without quotes and tag, or another key.' }
}

/** Keys that are one for kubectl, such as `yes` and `true`, have one name. */
function nameOf(key: SourceScalar): string {
  return String(scalarValue(key))
}

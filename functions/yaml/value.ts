/** Reading the tree: entries by key, plain JavaScript values, and what prevents an edit. */
import type { SourceContent, SourceEntry, SourceMap, SourceNode, SourceScalar } from './node.ts'
import { scalarValue } from './scalar-value.ts'

export type Value = string | number | boolean | null | readonly Value[] | ValueMap
export type ValueMap = { readonly [key: string]: Value }

/** Follows an alias to its target. */
export function resolve(node: SourceNode): SourceContent {
  return node.type === 'alias' ? node.target : node
}

/** The entry of this map itself, without merge keys; the last one if a key is written twice. */
export function ownEntry(map: SourceMap, key: string): SourceEntry | undefined {
  const { entries } = map
  // Without a function for each look-up: it is what kees does most often.
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]
    if (entry?.key.text === key) return entry
  }
  return undefined
}

/** The value of a key, looked up through aliases and merge keys. */
export function lookUp(node: SourceNode | undefined, key: string): SourceContent | undefined {
  const map = node && resolve(node)
  if (map?.type !== 'map') return undefined
  const entry = ownEntry(map, key) ?? (hasMergeKey(map) ? mergedEntry(map, key) : undefined)
  return entry && resolve(entry.value)
}

function mergedEntry(map: SourceMap, key: string): SourceEntry | undefined {
  return mergedMaps(map)
    .map((one) => ownEntry(one, key))
    .find((one) => one !== undefined)
}

export function lookUpPath(node: SourceNode | undefined, path: readonly string[]): SourceNode | undefined {
  return path.reduce((at, key) => lookUp(at, key), node)
}

/** All entries of a map, including those of its merge keys. */
export function allEntries(node: SourceNode | undefined): [string, SourceContent][] {
  const map = node && resolve(node)
  if (map?.type !== 'map') return []
  const entries = new Map<string, SourceContent>()
  eachEntry(map, (key, value) => entries.set(key, resolve(value)))
  return [...entries]
}

/** Of a key that is there more than once, the last value is the one that counts. */
function eachEntry(map: SourceMap, use: (key: string, value: SourceNode) => void): void {
  for (const one of hasMergeKey(map) ? [...mergedMaps(map).toReversed(), map] : [map]) {
    for (const { key, value } of one.entries) if (!isMergeKey(key)) use(key.text, value)
  }
}

/** @returns undefined for a node that is not a string, such as a plain `1` or `true`. */
export function stringOf(node: SourceNode | undefined): string | undefined {
  if (node?.type !== 'scalar') return undefined
  const value = scalarValue(node)
  return typeof value === 'string' ? value : undefined
}

/** A plain JavaScript value. */
export function toValue(node: SourceNode): Value {
  const resolved = resolve(node)
  if (resolved.type === 'scalar') return scalarValue(resolved)
  if (resolved.type === 'sequence') return resolved.items.map(toValue)
  const value: Record<string, Value> = {}
  if (hasMergeKey(resolved)) eachEntry(resolved, (key, one) => setOwn(value, key, toValue(one)))
  else for (const { key, value: one } of resolved.entries) setOwn(value, key.text, toValue(one))
  return value
}

function setOwn(map: Record<string, Value>, key: string, value: Value): void {
  // The only name that an assignment does not add.
  if (key === '__proto__') Object.defineProperty(map, key, { ...ownProperty, value })
  else map[key] = value
}

const ownProperty = { enumerable: true, configurable: true, writable: true }

/** The keys that are declared more than once in a map. */
export function duplicateKeys(map: SourceMap): string[] {
  const keys = map.entries.map(({ key }) => key)
  // To compare the few keys of nearly all maps is faster than a set of them.
  if (
    keys.length <= 10 &&
    keys.every(({ text }, index) => !keys.some((one, at) => at < index && one.text === text))
  )
    return []
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const key of keys) {
    if (isMergeKey(key)) continue
    if (seen.has(key.text)) twice.add(key.text)
    seen.add(key.text)
  }
  return [...twice]
}

export function hasMergeKey(map: SourceMap): boolean {
  for (const { key } of map.entries) if (isMergeKey(key)) return true
  return false
}

/** `null`, `~` or empty. */
export function isNull(node: SourceNode | undefined): boolean {
  return node?.type === 'scalar' && scalarValue(node) === null
}

/** Whether a value is empty: `volumes:`, `volumes: null`, `volumes: []` or `{}`. */
export function isVoid(node: SourceNode): boolean {
  if (node.type === 'sequence') return node.items.length === 0
  if (node.type === 'map') return node.entries.length === 0
  return isNull(node)
}

/** In quotes or with a tag, `<<` is refused when the text is read (merge-order.ts). */
export function isMergeKey(key: SourceScalar): boolean {
  return key.text === '<<' && key.style === 'plain' && key.tag === undefined
}

/** In the order of precedence: the first map that has a key wins. */
export function mergedMaps(map: SourceMap): SourceMap[] {
  return map.entries.flatMap(({ key, value }) => {
    if (!isMergeKey(key)) return []
    const source = resolve(value)
    const sources = source.type === 'sequence' ? source.items.map(resolve) : [source]
    return sources.flatMap((one) => (one.type === 'map' ? [one, ...mergedMaps(one)] : []))
  })
}

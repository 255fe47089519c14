/** The structural difference of two values of a pod's spec, its lists compared by the keys that Kubernetes merges them by. */
import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../../../api/json.ts'
import type { Value, ValueMap } from '../../yaml/value.ts'
import { isSemanticallyEqual } from '../pod/semantic-equal.ts'

/** The key of a map, or the item of a list that has this merge key. @param index in the list; absent: it is missing. */
export type Step = string | { readonly item: string; readonly index?: number }

export type Difference = {
  readonly path: readonly Step[]
  readonly found: Value | undefined
  readonly expected: Value | undefined
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (patch merge keys) */
const mergeKeys = new Map([
  ['initContainers', 'name'],
  ['containers', 'name'],
  ['volumes', 'name'],
  ['env', 'name'],
  ['volumeMounts', 'mountPath'],
  ['items', 'path'],
])

/** @param formerNames of items that are expected under another name than they are found under. */
export function diffValues(
  found: Value | undefined,
  expected: Value | undefined,
  formerNames: ReadonlyMap<string, string>,
  path: readonly Step[] = [],
): Difference[] {
  const last = path.at(-1)
  if (found !== undefined && expected !== undefined) {
    if (isSemanticallyEqual(inKeys(path, found), inKeys(path, expected))) return []
  }
  const mergeKey = typeof last === 'string' ? mergeKeys.get(last) : undefined
  const [before, after] = [found, expected].map((one) => listFrom(one))
  if (mergeKey !== undefined && before && after) {
    return pairsOf(before, after, mergeKey, formerNames).flatMap((pair) => {
      const item = keyOf(pair.found ?? pair.expected, mergeKey)
      const below = [...path, pair.index === undefined ? { item } : { item, index: pair.index }]
      // A variable is compared as a whole.
      const isWhole = last === 'env' || pair.found === undefined || pair.expected === undefined
      if (isWhole) return [{ path: below, found: pair.found, expected: pair.expected }]
      return diffValues(pair.found, pair.expected, formerNames, below)
    })
  }
  if (found === undefined || expected === undefined || !isMap(found) || !isMap(expected))
    return [{ path, found, expected }]
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...keys].flatMap((key) => diffValues(found[key], expected[key], formerNames, [...path, key]))
}

/** The value below its keys, which define its type: `1` and `1000m` are equal only in `limits`. */
function inKeys(path: readonly Step[], value: Value): Value {
  const key = path.at(-1)
  return typeof key === 'string' ? inKeys(path.slice(0, -1), { [key]: value }) : value
}

/** A missing list has no items. */
function listFrom(value: Value | undefined): readonly Value[] | undefined {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : undefined
}

type Pair = {
  readonly index: number | undefined
  readonly found: Value | undefined
  readonly expected: Value | undefined
}

/** Without the items that are equal. */
function pairsOf(
  found: readonly Value[],
  expected: readonly Value[],
  mergeKey: string,
  formerNames: ReadonlyMap<string, string>,
): Pair[] {
  const left = found.map((one, index): Omit<Pair, 'expected'> => ({ index, found: one }))
  const take = (isMeant: (one: Value) => boolean): Omit<Pair, 'expected'> | undefined => {
    const at = left.findIndex((one) => one.found !== undefined && isMeant(one.found))
    return at < 0 ? undefined : left.splice(at, 1)[0]
  }
  const differing = expected.filter((one) => take((other) => isDeepStrictEqual(one, other)) === undefined)
  const pairs = differing.map((one): Pair => {
    const key = keyOf(one, mergeKey)
    const named = (name: string | undefined) => take((other) => keyOf(other, mergeKey) === name)
    const match = named(formerNames.get(key)) ?? named(key)
    return { index: match?.index, found: match?.found, expected: one }
  })
  return [...pairs, ...left.map((one): Pair => ({ ...one, expected: undefined }))]
}

function keyOf(item: Value | undefined, mergeKey: string): string {
  const fields: ValueMap = item !== undefined && isMap(item) ? item : {}
  const key = fields[mergeKey]
  return typeof key === 'string' ? key : ''
}

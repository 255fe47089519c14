import { isMap } from '../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Value, ValueMap } from '../yaml/value.ts'
import { parseQuantity } from './quantity.ts'

/**
 * Whether a part of a pod says what is wanted of it: as it is written, or as the API server gives it back, with defaults
 * filled in, empty texts left out and quantities spelt its own way.
 */
export function isSemanticallyEqual(found: Value, wanted: Value): boolean {
  return isDeepStrictEqual(found, wanted) || isDeepStrictEqual(stored(found), stored(wanted))
}

function stored(value: Value): Value {
  if (Array.isArray(value)) return value.map(stored)
  if (!isMap(value)) return value
  const entries = Object.entries(value).flatMap(([key, child]): [string, Value][] => {
    // Of a variable: it is empty without it too.
    if (key === 'value' && child === '') return []
    if (key === 'sizeLimit') return [[key, quantity(child)]]
    if ((key === 'requests' || key === 'limits') && isMap(child)) return [[key, quantities(child)]]
    if (key === 'fieldRef' && isMap(child)) return [[key, { apiVersion: 'v1', ...child }]]
    return [[key, stored(child)]]
  })
  return withRequests(Object.fromEntries(entries))
}

/** Of a pod, what is limited is requested, where nothing else is said. */
function withRequests(value: ValueMap): Value {
  const { requests = {}, limits = null } = value
  return isMap(limits) && isMap(requests) ? { ...value, requests: { ...limits, ...requests } } : value
}

function quantities(map: ValueMap): Value {
  return Object.fromEntries(Object.entries(map).map(([name, one]) => [name, quantity(one)]))
}

/** In one spelling for all that mean the same. */
function quantity(value: Value): Value {
  const parsed =
    typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined
  if (!parsed) return value
  let { units, scale } = parsed
  for (; scale > 0 && units % 10n === 0n; scale--) units /= 10n
  return `${units}e-${scale}`
}

import { isMap } from '../../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Value, ValueMap } from '../../yaml/value.ts'
import { parseQuantity } from '../options/quantity.ts'

/**
 * Whether two parts of a pod are equal, as written or as the API server returns them: with defaults filled in, empty strings
 * left out and quantities in another notation.
 */
export function isSemanticallyEqual(found: Value, wanted: Value): boolean {
  return isDeepStrictEqual(found, wanted) || isDeepStrictEqual(stored(found), stored(wanted))
}

function stored(value: Value): Value {
  if (Array.isArray(value)) return value.map(stored)
  if (!isMap(value)) return value
  const entries = Object.entries(value).flatMap(([key, child]): [string, Value][] => {
    // A variable without a value is empty too.
    if (key === 'value' && child === '') return []
    if (key === 'sizeLimit') return [[key, quantity(child)]]
    if ((key === 'requests' || key === 'limits') && isMap(child)) return [[key, quantities(child)]]
    if (key === 'fieldRef' && isMap(child)) return [[key, { apiVersion: 'v1', ...child }]]
    if (key === 'fileKeyRef' && isMap(child)) return [[key, { optional: false, ...child }]]
    if (key === 'resourceFieldRef' && isMap(child))
      return [[key, { ...child, divisor: quantity(child['divisor'] ?? '0') }]]
    return [[key, stored(child)]]
  })
  return withRequests(Object.fromEntries(entries))
}

/** A container without a request has its limit as the request. */
function withRequests(value: ValueMap): Value {
  const { requests = {}, limits = null } = value
  return isMap(limits) && isMap(requests) ? { ...value, requests: { ...limits, ...requests } } : value
}

function quantities(map: ValueMap): Value {
  return Object.fromEntries(Object.entries(map).map(([name, one]) => [name, quantity(one)]))
}

/** In one notation for all equal quantities. */
function quantity(value: Value): Value {
  const parsed =
    typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined
  if (!parsed) return value
  let { units, scale } = parsed
  for (; scale > 0 && units % 10n === 0n; scale--) units /= 10n
  return `${units}e-${scale}`
}

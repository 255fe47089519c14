import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../options.ts'
import type { Value } from '../source-value.ts'

/**
 * Whether a part of a pod says what is wanted of it: as it is written, or as the API server gives it back, with defaults
 * filled in, empty texts left out and quantities spelt its own way.
 */
export function isSameStored(found: Value, wanted: Value): boolean {
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
  return Object.fromEntries(entries)
}

function quantities(map: { readonly [key: string]: Value }): Value {
  return Object.fromEntries(Object.entries(map).map(([name, one]) => [name, quantity(one)]))
}

const units = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['', 1],
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((unit, index): [string, number] => [unit, 1000 ** (index + 1)]),
  ...['K', 'M', 'G', 'T', 'P', 'E'].map((unit, index): [string, number] => [`${unit}i`, 1024 ** (index + 1)]),
])

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function quantity(value: Value): Value {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const [, digits = '', unit = ''] = /^([0-9.]+(?:[eE][-+]?[0-9]+)?)([a-zA-Z]*)$/.exec(String(value)) ?? []
  const factor = units.get(unit)
  return digits === '' || factor === undefined ? value : Number(digits) * factor
}

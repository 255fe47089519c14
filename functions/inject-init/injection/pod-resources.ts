/** What the resources of the init container change for the pod: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
import { isMap } from '../../../api/json.ts'
import { lookUp, toValue, type Value, type ValueMap } from '../../yaml/value.ts'
import type { EditablePod, Part } from '../pod/editable-pod.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import type { PodInjection, Recorded } from './pod-injection.ts'
import { compareQuantities, parseQuantity, type Quantity } from '../options/quantity.ts'

/** Whether the pod without init and its sidecar has the QoS class Guaranteed, which it has from its containers. */
export function isGuaranteedWithout(
  { spec, initContainers, containers }: EditablePod,
  { container, refresher }: Recorded,
): boolean {
  if (lookUp(spec, 'resources')) return false
  const others = [...initContainers.parts, ...containers.parts].filter(
    (one) => one !== container && one !== refresher,
  )
  // Not by the values of the parts: most containers need not be read as a whole.
  return others.every(({ node }) => {
    const resources = lookUp(node, 'resources')
    const limits = lookUp(resources, 'limits')
    const isLimited = deciding.every((name) => lookUp(limits, name) !== undefined)
    return isLimited && resources !== undefined && isGuaranteed(toValue(resources))
  })
}

/** Whether init or its sidecar takes the QoS class Guaranteed from the pod. */
export function losesGuaranteed(pod: PodInjection): boolean {
  const { parts, config, injection, recorded } = pod
  if (!isGuaranteedWithout(parts, recorded)) return false
  const sidecar = injection.refresher && resourcesAfter(config, injection.refresher, recorded.refresher)
  return [initResources(pod), ...(sidecar === undefined ? [] : [sidecar])].some((one) => !isGuaranteed(one))
}

/** Resources with the requests that the QoS class Guaranteed requires, as far as there are limits. */
export function guaranteed<R extends Value>(resources: R): R | ValueMap {
  if (!isMap(resources) || isGuaranteed(resources)) return resources
  const { requests = null, limits = null } = resources
  if (!isMap(limits)) return resources
  const limited = Object.entries(limits).filter(([name]) => deciding.includes(name))
  return { ...resources, requests: { ...(isMap(requests) ? requests : {}), ...Object.fromEntries(limited) } }
}

/**
 * The resources that init or its sidecar has after the injection.
 *
 * @param wanted the container. @param found as it is now; absent: there is none yet.
 */
export function resourcesAfter(config: InjectConfig, wanted: ValueMap, found: Part | undefined): Value {
  if (!found || config.explicit.has('containerResources')) return resourcesIn(wanted)
  const resources = resourcesIn(found.value)
  return config.keepQosClass ? guaranteed(resources) : resources
}

/** Those of init after the injection. */
export function initResources({ config, injection, recorded }: PodInjection): Value {
  return resourcesAfter(config, injection.container, recorded.container)
}

export function resourcesIn(container: Value): Value {
  return isMap(container) ? (container['resources'] ?? null) : null
}

type Amount = { readonly text: string; readonly quantity: Quantity }
type Amounts = ReadonlyMap<string, Amount>

export function amounts(resources: Value, key: 'requests' | 'limits'): Amounts {
  const map = isMap(resources) ? resources[key] : undefined
  const entries = map !== undefined && isMap(map) ? Object.entries(map) : []
  return new Map(
    entries.flatMap(([name, value]): [string, Amount][] => {
      const amount = parseAmount(value)
      return amount ? [[name, amount]] : []
    }),
  )
}

function parseAmount(value: Value | undefined): Amount | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value)
  const quantity = parseQuantity(text)
  return quantity && { text, quantity }
}

/** A limit is the default of a request. */
export function requestsOf(resources: Value): Amounts {
  return new Map([...amounts(resources, 'limits'), ...amounts(resources, 'requests')])
}

/** The resources by which the kubelet decides on the QoS class. */
const deciding: readonly string[] = ['cpu', 'memory']

/** Of every container of every workload: most have no limits, and what they have is not parsed. */
function isGuaranteed(resources: Value): boolean {
  if (!isMap(resources)) return false
  const { requests = null, limits = null } = resources
  return deciding.every((name) => {
    const limit = amountIn(limits, name)
    // A limit is the default of a request.
    const request = limit && (amountIn(requests, name) ?? limit)
    return (
      limit !== undefined &&
      request !== undefined &&
      compareQuantities(request.quantity, limit.quantity) === 0
    )
  })
}

function amountIn(map: Value, name: string): Amount | undefined {
  return isMap(map) && Object.hasOwn(map, name) ? parseAmount(map[name]) : undefined
}

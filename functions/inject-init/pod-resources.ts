/** What the resources of the init container change for the pod: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
import { isMap } from '../../api/json.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { lookUp, toValue, type Value } from '../yaml/value.ts'
import type { PodInjection } from './pod-injection.ts'
import { compareQuantities, parseQuantity, type Quantity } from './quantity.ts'

/** Requests of the pod that are below those of the init container, which the API server rejects. */
export function validatePodRequests(pod: PodInjection): Diagnostic[] {
  const { parts, config } = pod
  const ofPod = lookUp(parts.spec, 'resources')
  if (!ofPod) return []
  const requests = amounts(toValue(ofPod), 'requests')
  return [...requestsOf(initResources(pod))].flatMap(([name, wanted]) => {
    const given = requests.get(name)
    if (given === undefined || compareQuantities(given.quantity, wanted.quantity) >= 0) return []
    return [
      {
        message: `${parts.where}.resources.requests.${name} is ${given.text}, less than the ${wanted.text} of ${config.containerName}`,
        hint: 'raise it, or set containerResources',
      },
    ]
  })
}

/** Whether the pod without the init container has the QoS class Guaranteed, and with it has not. */
export function losesGuaranteed(pod: PodInjection): boolean {
  const { parts, recorded } = pod
  if (lookUp(parts.spec, 'resources')) return false
  const others = [...parts.initContainers.parts, ...parts.containers.parts].filter(
    (one) => one !== recorded.container && one !== recorded.refresher,
  )
  return others.every(({ value }) => isGuaranteed(resourcesIn(value))) && !isGuaranteed(initResources(pod))
}

/** The resources that the init container has after the injection. */
function initResources({ config, injection, recorded }: PodInjection): Value {
  const isKept = recorded.container && !config.explicit.has('containerResources')
  return resourcesIn(isKept ? recorded.container.value : injection.container)
}

function resourcesIn(container: Value): Value {
  return isMap(container) ? (container['resources'] ?? null) : null
}

type Amount = { readonly text: string; readonly quantity: Quantity }
type Amounts = ReadonlyMap<string, Amount>

function amounts(resources: Value, key: 'requests' | 'limits'): Amounts {
  const map = isMap(resources) ? resources[key] : undefined
  const entries = map !== undefined && isMap(map) ? Object.entries(map) : []
  return new Map(
    entries.flatMap(([name, value]): [string, Amount][] => {
      if (typeof value !== 'string' && typeof value !== 'number') return []
      const text = String(value)
      const quantity = parseQuantity(text)
      return quantity ? [[name, { text, quantity }]] : []
    }),
  )
}

/** A limit is the default of a request. */
function requestsOf(resources: Value): Amounts {
  return new Map([...amounts(resources, 'limits'), ...amounts(resources, 'requests')])
}

function isGuaranteed(resources: Value): boolean {
  const [requests, limits] = [requestsOf(resources), amounts(resources, 'limits')]
  return ['cpu', 'memory'].every((name) => {
    const [request, limit] = [requests.get(name), limits.get(name)]
    return (
      request !== undefined &&
      limit !== undefined &&
      compareQuantities(request.quantity, limit.quantity) === 0
    )
  })
}

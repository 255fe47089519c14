/**
 * Resources of the pod itself, which the API server compares with what its containers request together. It does so after it has set
 * defaults, of a pod and not of a pod template: a workload is accepted, and its pods are not.
 * https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go (validatePodResourceConsistency)
 */
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { addQuantities, compareQuantities, formatQuantity, type Quantity } from '../options/quantity.ts'
import { staysOn } from '../pod/editable-pod.ts'
import { lookUp, toValue, type Value } from '../../yaml/value.ts'
import type { PodInjection } from './pod-injection.ts'
import { amounts, initResources, requestsOf, resourcesAfter, resourcesIn } from './pod-resources.ts'

/** Requests of the pod, or limits in their place, that are below the requests of all containers with init and its sidecar. */
export function validatePodLevelResources(pod: PodInjection): Diagnostic[] {
  const { parts, config } = pod
  const node = lookUp(parts.spec, 'resources')
  if (!node) return []
  const ofPod = toValue(node)
  const [requests, limits] = [amounts(ofPod, 'requests'), amounts(ofPod, 'limits')]
  const containers = parts.containers.parts.map(({ value }) => resourcesIn(value))
  return [...aggregateRequests(initContainersAfter(pod), containers)].flatMap(([name, wanted]) => {
    // Without a request the API server takes that of the containers, which must not exceed the limit.
    const [key, given] = requests.has(name) ? ['requests', requests.get(name)] : ['limits', limits.get(name)]
    if (given === undefined || compareQuantities(given.quantity, wanted) >= 0) return []
    const field = `${parts.where}.resources.${key}.${name}`
    return [
      {
        message: `${field} is ${given.text}, less than the ${formatQuantity(wanted)} that the containers request with ${config.containerName}`,
        hint: 'raise it, or set containerResources',
      },
    ]
  })
}

type InitResources = { readonly resources: Value; readonly staysOn: boolean }

/** The init containers in their order after the injection. */
function initContainersAfter(pod: PodInjection): InitResources[] {
  const { parts, config, injection, recorded } = pod
  const all = parts.initContainers.parts
  const init = recorded.container ?? all.find(({ name }) => name === config.containerName)
  const sidecar = injection.refresher && {
    resources: resourcesAfter(config, injection.refresher, recorded.refresher ?? init),
    staysOn: true,
  }
  const ours = [
    { resources: initResources(pod), staysOn: false },
    ...(sidecar && !recorded.refresher ? [sidecar] : []),
  ]
  const after = all.flatMap((one): InitResources[] => {
    if (one === init) return ours
    if (one === recorded.refresher) return sidecar ? [sidecar] : []
    return [{ resources: resourcesIn(one.value), staysOn: staysOn(one.value) }]
  })
  return init ? after : [...ours, ...after]
}

type Requests = ReadonlyMap<string, Quantity>

/**
 * Init containers run one after the other, beside the sidecars that started before them, and the containers run beside all sidecars.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
function aggregateRequests(initContainers: readonly InitResources[], containers: readonly Value[]): Requests {
  let sidecars: Requests = new Map()
  let most: Requests = new Map()
  for (const { resources, staysOn: isSidecar } of initContainers) {
    const running = sum(sidecars, requestsIn(resources))
    if (isSidecar) sidecars = running
    most = larger(most, running)
  }
  return larger(most, containers.map(requestsIn).reduce(sum, sidecars))
}

function requestsIn(resources: Value): Requests {
  return new Map([...requestsOf(resources)].map(([name, { quantity }]) => [name, quantity]))
}

function sum(a: Requests, b: Requests): Requests {
  return merge(a, b, addQuantities)
}

function larger(a: Requests, b: Requests): Requests {
  return merge(a, b, (one, other) => (compareQuantities(one, other) < 0 ? other : one))
}

function merge(a: Requests, b: Requests, both: (one: Quantity, other: Quantity) => Quantity): Requests {
  const merged = new Map(a)
  for (const [name, quantity] of b) {
    const own = a.get(name)
    merged.set(name, own ? both(own, quantity) : quantity)
  }
  return merged
}

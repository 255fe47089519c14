/** Pods as in a metadata-only list of an API server, including managed fields: 3 kB each. */

export type Fleet = {
  readonly pods: number
  /** The number of workloads. The pods of a workload share its annotations. */
  readonly templates: number
  /** The number of DYNAMIC RANDOM secrets of each template; templates do not share them. */
  readonly parametersPerTemplate: number
}

const namespaces = 50

export function podOf(index: number, { templates, parametersPerTemplate }: Fleet, version: number): string {
  const template = index % templates
  const namespace = namespaceOf(template)
  const declarations = Array.from(
    { length: parametersPerTemplate },
    (_, part) => `"secret.bsycorp.com/app${template}.token${part}":"kind=DYNAMIC,type=RANDOM,size=256"`,
  )
  return formatPod({
    name: `app${template}-5d4f8c7b9c-${index.toString(36).padStart(5, '0')}`,
    namespace,
    owner: uid(template, 7),
    uid: uid(index, 1),
    version,
    declarations: [`"init.bsycorp.com/storage-prefix":"/${namespace}"`, ...declarations],
  })
}

/** A pod of a new workload that declares one secret that no other pod declares. */
export function newPod(
  index: number,
  version: number,
): { readonly json: string; readonly parameter: string } {
  const namespace = namespaceOf(index)
  const json = formatPod({
    name: `new${index}-5d4f8c7b9c-00000`,
    namespace,
    owner: uid(index, 9),
    uid: uid(index, 8),
    version,
    declarations: [
      `"init.bsycorp.com/storage-prefix":"/${namespace}"`,
      `"secret.bsycorp.com/new${index}.token":"kind=DYNAMIC,type=RANDOM,size=256"`,
    ],
  })
  return { json, parameter: `/${namespace}/new${index}.token` }
}

/** The names of all parameters that the pods declare. */
export function parametersOf({ templates, parametersPerTemplate }: Fleet): string[] {
  return Array.from({ length: templates * parametersPerTemplate }, (_, index) => {
    const template = Math.floor(index / parametersPerTemplate)
    return `/${namespaceOf(template)}/app${template}.token${index % parametersPerTemplate}`
  })
}

function namespaceOf(index: number): string {
  return `team-${index % namespaces}`
}

function uid(number: number, kind: number): string {
  return `0000000${kind}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

type Facts = {
  readonly name: string
  readonly namespace: string
  readonly owner: string
  readonly uid: string
  readonly version: number
  /** The entries of a JSON object, as text. */
  readonly declarations: readonly string[]
}

function formatPod({ name, namespace, owner, uid: id, version, declarations }: Facts): string {
  const workload = name.replace(/-[^-]+-[^-]+$/, '')
  return (
    `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"${name}",` +
    `"generateName":"${workload}-5d4f8c7b9c-","namespace":"${namespace}","uid":"${id}","resourceVersion":"${version}",` +
    `"generation":1,"creationTimestamp":"2026-01-01T00:00:00Z",` +
    `"labels":{"app.kubernetes.io/name":"${workload}","app.kubernetes.io/instance":"${workload}","pod-template-hash":"5d4f8c7b9c"},` +
    `"annotations":{"cni.projectcalico.org/podIP":"10.0.0.1/32","kubectl.kubernetes.io/restartedAt":"2026-01-01T00:00:00Z",` +
    `"prometheus.io/scrape":"true",${declarations.join(',')}},` +
    `"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"${workload}-5d4f8c7b9c","uid":"${owner}","controller":true,"blockOwnerDeletion":true}],` +
    `"managedFields":${managedFields}}}`
  )
}

/** The managed fields of the controller manager and the kubelet, which are the larger part of the metadata of a pod. */
const managedFields = JSON.stringify(
  ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:status': Object.fromEntries(
        ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodReadyToStartContainers'].map(
          (type) => [
            `k:{"type":"${type}"}`,
            { '.': {}, 'f:lastProbeTime': {}, 'f:lastTransitionTime': {}, 'f:status': {}, 'f:type': {} },
          ],
        ),
      ),
      'f:spec': {
        'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
        'f:volumes': { 'k:{"name":"annotations"}': { '.': {}, 'f:downwardAPI': {}, 'f:name': {} } },
      },
    },
  })),
)

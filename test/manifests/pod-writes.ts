/** The ways to write to a pod, and to what pods are made from, with what the API server does to the annotations of a pod. */
import type { ControlPlane } from '../servers/control-plane.ts'

type PodWrite = {
  readonly title: string
  /** Of those that the API server lists below pods; absent: another resource. */
  readonly subresource?: string
  readonly method: 'POST' | 'PUT' | 'PATCH'
  /** Below `/api/v1/namespaces/NAMESPACE`. */
  readonly path: string
  readonly body: (pod: Json) => unknown
  /** `ignored`: the metadata of the pod are not written by this way. */
  readonly outcome: 'refused' | 'ignored'
}

type Json = Readonly<Record<string, unknown>>

const annotations = {
  'secret.bsycorp.com/token': 'kind=DYNAMIC,type=RANDOM,size=256',
  'init.bsycorp.com/storage-prefix': '/other',
}
const metadata = { annotations }
const applied = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', ...metadata } }
const apply = '?fieldManager=test&force=true'

function withAnnotations(pod: Json): Json {
  const own = pod['metadata']
  return { ...pod, metadata: { ...(typeof own === 'object' ? own : {}), ...metadata } }
}

const added = [
  {
    op: 'add',
    path: '/metadata/annotations/secret.bsycorp.com~1token',
    value: annotations['secret.bsycorp.com/token'],
  },
]

const target = { kind: 'Node', name: 'node' }
const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'app', ...metadata }, target }

export const podWrites: readonly PodWrite[] = [
  {
    title: 'a merge patch',
    method: 'PATCH',
    path: '/pods/app',
    body: () => ({ metadata }),
    outcome: 'refused',
  },
  { title: 'a JSON patch', method: 'PATCH', path: '/pods/app', body: () => added, outcome: 'refused' },
  {
    title: 'a server-side apply',
    method: 'PATCH',
    path: `/pods/app${apply}`,
    body: () => applied,
    outcome: 'refused',
  },
  { title: 'an update', method: 'PUT', path: '/pods/app', body: withAnnotations, outcome: 'refused' },
  {
    title: 'a patch of the status',
    subresource: 'status',
    method: 'PATCH',
    path: '/pods/app/status',
    body: () => ({ metadata }),
    outcome: 'refused',
  },
  {
    title: 'a server-side apply of the status',
    subresource: 'status',
    method: 'PATCH',
    path: `/pods/app/status${apply}`,
    body: () => applied,
    outcome: 'refused',
  },
  {
    title: 'an update of the status',
    subresource: 'status',
    method: 'PUT',
    path: '/pods/app/status',
    body: withAnnotations,
    outcome: 'refused',
  },
  {
    title: 'a binding',
    subresource: 'binding',
    method: 'POST',
    path: '/pods/app/binding',
    body: () => binding,
    outcome: 'refused',
  },
  {
    title: 'a binding, as a resource of its own',
    method: 'POST',
    path: '/bindings',
    body: () => binding,
    outcome: 'refused',
  },
  {
    title: 'an ephemeral container',
    subresource: 'ephemeralcontainers',
    method: 'PATCH',
    path: '/pods/app/ephemeralcontainers',
    body: () => ({ metadata, spec: { ephemeralContainers: [{ name: 'debug', image: 'example/debug:1' }] } }),
    outcome: 'ignored',
  },
  {
    title: 'a resize',
    subresource: 'resize',
    method: 'PATCH',
    path: '/pods/app/resize',
    body: () => ({ metadata, spec: {} }),
    outcome: 'ignored',
  },
  {
    title: 'an eviction',
    subresource: 'eviction',
    method: 'POST',
    path: '/pods/app/eviction?dryRun=All',
    body: () => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'app', ...metadata } }),
    outcome: 'ignored',
  },
]

/** They read, or connect to a pod that runs. */
export const otherSubresources = ['attach', 'exec', 'log', 'portforward', 'proxy']

/** The subresources of pods that this API server has. */
export async function subresourcesOfPods({ request }: ControlPlane): Promise<string[]> {
  const { body } = await request('GET', '/api/v1')
  const resources: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'resources') : []
  return (Array.isArray(resources) ? resources : []).flatMap((one: { readonly name: string }) =>
    one.name.startsWith('pods/') ? [one.name.slice('pods/'.length)] : [],
  )
}

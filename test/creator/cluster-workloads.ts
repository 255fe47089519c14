/** Workloads of tests on a real API server. */
import type { ControlPlane } from '../servers/control-plane.ts'

type Cluster = Pick<ControlPlane, 'request'>

export type Annotations = Readonly<Record<string, string>>

/** A Deployment with a pod template of these annotations; its pods stay pending, because there are no nodes. */
export function deployment(namespace: string, name: string, annotations: Annotations, replicas = 1): object {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
      },
    },
  }
}

/** Creates an object of a namespace's collection, such as `apis/apps/v1` and `deployments`. */
export async function create(
  { request }: Cluster,
  group: string,
  namespace: string,
  collection: string,
  object: object,
): Promise<void> {
  const path = `/${group}/namespaces/${namespace}/${collection}`
  const { status, body } = await request('POST', path, object)
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`)
}

export async function createNamespace({ request }: Cluster, name: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  const { status, body } = await request('POST', '/api/v1/namespaces', object)
  if (status !== 201) throw new Error(`namespace ${name}: ${status} ${JSON.stringify(body)}`)
}

/** A pod without a controller. It stays pending, because there are no nodes. */
export async function createPod(
  plane: Cluster,
  namespace: string,
  name: string,
  annotations: Annotations,
): Promise<void> {
  const spec = { containers: [{ name: 'app', image: 'example/app:1.0' }] }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, annotations }, spec }
  await create(plane, 'api/v1', namespace, 'pods', pod)
}

export async function deploy(
  plane: Cluster,
  namespace: string,
  name: string,
  annotations: Annotations,
  replicas = 1,
): Promise<void> {
  await create(
    plane,
    'apis/apps/v1',
    namespace,
    'deployments',
    deployment(namespace, name, annotations, replicas),
  )
}

type RecordedEvent = {
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly pod: string
}

/** The Events that the creator recorded on the pods of a namespace. */
export async function eventsOf({ request }: Cluster, namespace: string): Promise<RecordedEvent[]> {
  const { body } = await request('GET', `/api/v1/namespaces/${namespace}/events`)
  const { items }: { items: readonly RawEvent[] } = JSON.parse(JSON.stringify(body))
  return items
    .filter(({ source }) => source?.component === 'kees-creator')
    .map(({ reason, message, type, involvedObject }) => ({ reason, message, type, pod: involvedObject.name }))
}

type RawEvent = {
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly source?: { readonly component?: string }
  readonly involvedObject: { readonly name: string }
}

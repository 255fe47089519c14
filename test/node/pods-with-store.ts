/** Pods of an app that reads its secrets, in a namespace with a store of its own. */
import type { Test } from 'tap'
import { parse } from 'yaml'
import type { FakeSsmServer, FakeSsmServerOptions } from '../../runtime/fake-ssm/server.ts'
import { appPod } from './app-pod.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { type Cluster, useNode } from './use-node.ts'

type Container = { env?: { name: string; value?: string }[] }

type Manifest = {
  readonly metadata: { readonly annotations: Record<string, string> }
  readonly spec: { readonly initContainers: Container[] }
}

type Terminated = { readonly exitCode: number; readonly reason?: string; readonly message?: string }

type ContainerStatus = {
  readonly restartCount: number
  readonly state: { readonly terminated?: Terminated }
  readonly lastState: { readonly terminated?: Terminated }
}

type Status = {
  readonly phase: string
  readonly initContainerStatuses: readonly [ContainerStatus, ...ContainerStatus[]]
  readonly containerStatuses: readonly [ContainerStatus]
}

type Annotations = Readonly<Record<string, string>>

type PodsWithStore = {
  readonly cluster: Cluster
  readonly namespace: string
  /** It has `/db.password`. */
  readonly server: FakeSsmServer
  readonly inNamespace: (...args: string[]) => Promise<string>
  readonly create: (manifest: object) => Promise<string>
  /** @param spec more of its fields, or others. @param annotations one that declares db.password by default. */
  readonly pod: (name: string, spec?: object, annotations?: Annotations) => ReturnType<typeof appPod>
  /** @param options more of inject-init. */
  readonly injected: (workload: object, options?: object) => Manifest
  readonly becomesReady: (name: string) => Promise<string>
  readonly status: (name: string) => Promise<Status>
  /** Runs a command in the app. @returns what it prints. */
  readonly inApp: (pod: string, ...command: string[]) => Promise<string>
  /** What the app reads. */
  readonly secret: (pod: string) => Promise<string>
}

/** What `pod` declares by default. */
const password = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }

export async function startPodsWithStore(
  t: Test,
  title: string,
  options: FakeSsmServerOptions = {},
  node?: Cluster,
): Promise<PodsWithStore> {
  const cluster = node ?? (await useNode(t))
  const { server, inject } = await startStoreOfPods(t, cluster, options)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace(title)
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const inApp = (pod: string, ...command: string[]) => inNamespace('exec', pod, '-c', 'app', '--', ...command)
  return {
    cluster,
    namespace,
    server,
    inNamespace,
    create: (manifest) => cluster.kubectl(['create', '-f', '-'], JSON.stringify(manifest)),
    pod: (name, spec = {}, annotations = password) => appPod(namespace, name, annotations, spec),
    injected: (workload, more = {}) => parse(inject(workload, more)),
    becomesReady: (name) => inNamespace('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=240s'),
    status: async (name) => JSON.parse(await inNamespace('get', 'pod', name, '-o', 'json')).status,
    inApp,
    secret: (pod) => inApp(pod, 'cat', '/secret/secret'),
  }
}

/**
 * What tests ask for most often, in their own process: each start of kubectl takes 0.06 s of processor time, and `kubectl create`
 * twice that, because it reads the schema that it lets the API server validate by.
 */
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { KubeConfig } from '@kubernetes/client-node'
// What the client exports in one piece has no Exec in tests: scripts/kubernetes-client.ts.
import { Exec } from '@kubernetes/client-node/dist/exec.js'
import { openApiServer } from '../../runtime/kubernetes/api-server.ts'

export type ClusterApi = {
  /** As strict as `kubectl create`. @param manifest one object, in JSON. */
  readonly create: (manifest: string) => Promise<void>
  /** @returns the pod in JSON. */
  readonly readPod: (namespace: string, name: string) => Promise<string>
  /** Runs a command in a container of a pod. @returns what it prints. Throws where it fails. */
  readonly exec: (
    namespace: string,
    pod: string,
    container: string,
    ...command: readonly string[]
  ) => Promise<string>
  /** Does not wait until it is gone. */
  readonly removeNamespace: (name: string) => Promise<void>
}

type Manifest = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly namespace?: string }
}

const patience = 300_000

export function openClusterApi(kubeconfig: string): ClusterApi {
  const { server, diagnostic } = openApiServer(kubeconfig)
  if (server === undefined) throw new Error(diagnostic.message)
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)

  const send = async (method: string, path: string, sent?: unknown): Promise<unknown> => {
    const { status, body } = await server.request(method, path, { body: sent, timeout: patience })
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }

  return {
    create: async (manifest) => {
      const object: Manifest = JSON.parse(manifest)
      await send('POST', `${collectionOf(object)}?fieldValidation=Strict`, object)
    },
    readPod: async (namespace, name) =>
      JSON.stringify(await send('GET', `/api/v1/namespaces/${namespace}/pods/${name}`)),
    exec: (namespace, pod, container, ...command) => runIn(config, namespace, pod, container, command),
    removeNamespace: async (name) => {
      await send('DELETE', `/api/v1/namespaces/${name}`)
    },
  }
}

function collectionOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const resources = `${kind.toLowerCase()}s`
  if (kind === 'Namespace') return `${group}/${resources}`
  return `${group}/namespaces/${metadata.namespace ?? 'default'}/${resources}`
}

async function runIn(
  config: KubeConfig,
  namespace: string,
  pod: string,
  container: string,
  command: readonly string[],
): Promise<string> {
  const printed: Buffer[] = []
  const errors: Buffer[] = []
  let status: { readonly status?: string; readonly message?: string } | undefined
  const socket = await new Exec(config).exec(
    namespace,
    pod,
    container,
    [...command],
    collecting(printed),
    collecting(errors),
    null,
    false,
    (one) => (status = one),
  )
  await once(socket, 'close')
  if (status?.status === 'Success') return Buffer.concat(printed).toString()
  const why = status?.message ?? 'the connection was closed before it ended'
  throw new Error(`${command.join(' ')} in ${pod}: ${why}: ${Buffer.concat(errors).toString()}`)
}

function collecting(chunks: Buffer[]): Writable {
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk)
      done()
    },
  })
}

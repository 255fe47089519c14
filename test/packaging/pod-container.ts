/** A container of a pod, run by the engine of tests as the kubelet would run it, from the pod's spec. */
import { readOnlyRoot } from './container-engine.ts'

export type Pod = {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly securityContext?: Security
    readonly serviceAccountName?: string
    readonly initContainers?: readonly Container[]
    readonly containers: readonly Container[]
    readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
  }
}

type Container = {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } }
  }[]
  readonly securityContext?: Security & {
    readonly readOnlyRootFilesystem?: boolean
    readonly allowPrivilegeEscalation?: boolean
    readonly capabilities?: { readonly drop?: readonly string[] }
  }
  readonly volumeMounts?: readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: boolean
    readonly subPath?: string
  }[]
}

type Security = { readonly runAsUser?: number; readonly runAsGroup?: number }

type Node = {
  /** What runs in the place of the container's image, which no registry has yet. */
  readonly image: string
  /** A folder of this machine for each volume that is mounted. */
  readonly volumes: Readonly<Record<string, string>>
  /** What the cluster's own settings would add. */
  readonly env: Readonly<Record<string, string>>
}

/** The arguments of `docker run` up to the image's own, on the host's network, where the servers of tests are. */
export function runArguments(pod: Pod, container: Container, { image, volumes, env }: Node): string[] {
  const { securityContext: own = {}, env: declared = [], volumeMounts = [], args = [] } = container
  const [entrypoint, ...command] = container.command ?? []
  const user = own.runAsUser ?? pod.spec.securityContext?.runAsUser
  const group = own.runAsGroup ?? pod.spec.securityContext?.runAsGroup ?? 0
  const variables = [
    ...declared.map(({ name, value, valueFrom }) => [
      name,
      value ?? fieldOf(pod, valueFrom?.fieldRef?.fieldPath),
    ]),
    ...Object.entries(env),
  ]
  return [
    'run',
    '--network=host',
    ...(user === undefined ? [] : [`--user=${user}:${group}`]),
    ...(own.readOnlyRootFilesystem ? readOnlyRoot : []),
    ...(own.allowPrivilegeEscalation === false ? ['--security-opt=no-new-privileges'] : []),
    ...(own.capabilities?.drop ?? []).map((name) => `--cap-drop=${name}`),
    ...variables.map(([name, value]) => `--env=${name}=${value}`),
    ...volumeMounts.map(({ name, mountPath, readOnly }) => {
      const folder = volumes[name]
      if (folder === undefined) throw new Error(`no folder for the volume ${name} of ${pod.metadata.name}`)
      return `--volume=${folder}:${mountPath}${readOnly ? ':ro' : ''}`
    }),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    image,
    ...command,
    ...args,
  ]
}

function fieldOf({ metadata }: Pod, path: string | undefined): string {
  if (path === 'metadata.name') return metadata.name
  if (path === 'metadata.namespace') return metadata.namespace
  throw new Error(`the test knows no field ${path}`)
}

/** For property tests: changes to an injected Deployment, such as by an overlay, that make the injection incorrect. */
type Named = { name: string }
type Container = Named & {
  image?: string
  env?: (Named & { value?: string })[]
  volumeMounts?: (Named & { mountPath: string })[]
  [key: string]: unknown
}
type Pod = { initContainers: Container[]; containers: Container[]; volumes: Named[] }
export type Deployment = {
  metadata: { name: string; annotations: Record<string, string> }
  spec: { template: { metadata: { annotations: Record<string, string> }; spec: Pod } }
}
type Added = {
  container: string
  /** Of the secrets, of the annotations and, if there is one, of the variables. */
  volumes: string[]
  mounts: string[]
}

export const recordKey = 'kees.bsycorp.com/injected'

export function addedTo({ metadata }: Deployment): Added {
  const record = JSON.parse(metadata.annotations[recordKey] ?? '')
  return { ...record, volumes: Object.values(record.volumes) }
}

/** Changes an injected Deployment. @returns false if there was nothing to change. */
type Tampering = (deployment: Deployment, record: Added) => boolean

const podOf = ({ spec }: Deployment) => spec.template.spec
export const initOf = (deployment: Deployment, record: Added) =>
  podOf(deployment).initContainers.find(({ name }) => name === record.container)
const othersOf = (deployment: Deployment, record: Added) =>
  [...podOf(deployment).initContainers, ...podOf(deployment).containers].filter(({ name }) =>
    record.mounts.includes(name),
  )

function drop<T>(list: T[] | undefined, isGone: (one: T) => boolean): boolean {
  const index = list?.findIndex(isGone) ?? -1
  if (index < 0) return false
  list?.splice(index, 1)
  return true
}

const volumeOf = (deployment: Deployment, name: string | undefined) =>
  podOf(deployment).volumes.find((one) => one.name === name)

function changeMount(deployment: Deployment, record: Added, volume: number, change: object): boolean {
  const mount = initOf(deployment, record)?.volumeMounts?.find(({ name }) => name === record.volumes[volume])
  return mount !== undefined && Object.assign(mount, change) !== undefined
}

export const arbitraryMutation: Readonly<Record<string, Tampering>> = {
  'the init container is removed': (deployment, record) =>
    drop(podOf(deployment).initContainers, ({ name }) => name === record.container),
  'a container loses its mount': (deployment, record) => {
    const [container] = othersOf(deployment, record)
    return drop(container?.volumeMounts, ({ name }) => name === record.volumes[0])
  },
  'a container mounts the secrets elsewhere': (deployment, record) => {
    const [container] = othersOf(deployment, record)
    const mount = container?.volumeMounts?.find(({ name }) => name === record.volumes[0])
    if (mount) mount.mountPath = '/elsewhere'
    return mount !== undefined
  },
  'the init container loses the mount of the secrets': (deployment, record) =>
    drop(initOf(deployment, record)?.volumeMounts, ({ name }) => name === record.volumes[0]),
  'the init container loses the mount of the annotations': (deployment, record) =>
    drop(initOf(deployment, record)?.volumeMounts, ({ name }) => name === record.volumes[1]),
  'the secret volume is removed': (deployment, record) =>
    drop(podOf(deployment).volumes, ({ name }) => name === record.volumes[0]),
  'the annotations volume is removed': (deployment, record) =>
    drop(podOf(deployment).volumes, ({ name }) => name === record.volumes[1]),
  'the volume of the variables is removed': (deployment, record) =>
    drop(podOf(deployment).volumes, ({ name }) => name === record.volumes[2]),
  'the init container loses the mount of the variables': (deployment, record) =>
    drop(initOf(deployment, record)?.volumeMounts, ({ name }) => name === record.volumes[2]),
  'a container loses its variable': (deployment, record) =>
    drop(othersOf(deployment, record)[0]?.env, ({ name }) => name === 'KEES_A'),
  'a variable is read from another key': (deployment, record) => {
    const variable = othersOf(deployment, record)[0]?.env?.find(({ name }) => name === 'KEES_A')
    const fileKeyRef = { volumeName: record.volumes[2], path: 'env', key: 'secret.x' }
    if (variable) Object.assign(variable, { valueFrom: { fileKeyRef } })
    return variable !== undefined
  },
  'CONTRACT is removed': (deployment, record) =>
    drop(initOf(deployment, record)?.env, ({ name }) => name === 'CONTRACT'),
  'the secret volume is a hostPath': (deployment, record) => {
    const volume = volumeOf(deployment, record.volumes[0])
    if (volume) Object.assign(volume, { emptyDir: undefined, hostPath: { path: '/var/lib/app' } })
    return volume !== undefined
  },
  'the annotations volume shows the labels': (deployment, record) => {
    const item = { path: 'annotations', fieldRef: { fieldPath: 'metadata.labels' } }
    const volume = volumeOf(deployment, record.volumes[1])
    if (volume) Object.assign(volume, { downwardAPI: { items: [item] } })
    return volume !== undefined
  },
  'the init container mounts the secrets read-only': (deployment, record) =>
    changeMount(deployment, record, 0, { readOnly: true }),
  'the init container mounts a subPath of the secrets': (deployment, record) =>
    changeMount(deployment, record, 0, { subPath: 'app' }),
  'the init container mounts a subPath of the annotations': (deployment, record) =>
    changeMount(deployment, record, 1, { subPath: 'app' }),
  'the init container is a sidecar': (deployment, record) => {
    const init = initOf(deployment, record)
    if (init) init['restartPolicy'] = 'Always'
    return init !== undefined
  },
  'SECRETS_FILE is removed': (deployment, record) =>
    drop(initOf(deployment, record)?.env, ({ name }) => name === 'SECRETS_FILE'),
  'ANNOTATIONS_FILE is removed': (deployment, record) =>
    drop(initOf(deployment, record)?.env, ({ name }) => name === 'ANNOTATIONS_FILE'),
  'ANNOTATION_DOMAIN is another domain': (deployment, record) => {
    initOf(deployment, record)?.env?.push({ name: 'ANNOTATION_DOMAIN', value: 'example.com' })
    return true
  },
  'the annotation sets another format': (deployment, record) => {
    const format = initOf(deployment, record)?.env?.find(({ name }) => name === 'FORMAT')?.value
    deployment.spec.template.metadata.annotations['init.bsycorp.com/format'] =
      format === 'json' ? 'yaml' : 'json'
    return true
  },
  'the annotation chooses other containers': (deployment, record) => {
    const { containers } = podOf(deployment)
    const others = containers.map(({ name }) => name).filter((name) => name !== record.mounts[0])
    deployment.spec.template.metadata.annotations['init.bsycorp.com/containers'] = others.join()
    return record.mounts.length > 0 && others.length > 0
  },
}

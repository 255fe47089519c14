/** Mounts and devices that prevent a container from starting once the secrets are mounted in it, as pod/nested-mounts.ts finds them. */
import { normalisePath } from '../../api/paths-overlap.ts'
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import { preparedVolumes } from '../../functions/inject-init/pod/nested-mounts.ts'
import { celList, celString } from './cel.ts'

/** Kinds of volumes that have a field `readOnly`. An image is always read-only. */
const kindsWithReadOnly = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'csi',
  'fc',
  'flexVolume',
  'gcePersistentDisk',
  'glusterfs',
  'iscsi',
  'nfs',
  'persistentVolumeClaim',
  'portworxVolume',
  'rbd',
  'scaleIO',
  'storageos',
]

/** The path between slashes; the root is `//`. */
const normalised = (path: string) =>
  `("/" + ${path}.split("/").filter(step, !(step in ["", "."])).join("/") + "/")`

export function mountProblems({ secretMountPath }: InjectConfig): string[] {
  const path = normalisePath(secretMountPath)
  const steps = path.split('/').slice(1, -2)
  const above = ['//', ...steps.map((_, index) => `/${steps.slice(0, index + 1).join('/')}/`)]
  const mounts = 'container.volumeMounts'
  const isInside = (one: string) =>
    `${normalised(one)}.startsWith(${celString(path)}) && ${normalised(one)} != ${celString(path)}`
  const isAbove = (one: string) => `${normalised(one)} in ${celList(above)}`
  const outer = `${mounts}.filter(one, ${isAbove('one.mountPath')})`
  const isNearest = `${outer}.all(other, size(other.mountPath) <= size(one.mountPath))`
  const device = 'one.devicePath'
  const goesUp = 'one.mountPath.matches("(^|/)[.][.](/|$)")'
  const inContainers = (test: string, wrong: string) =>
    `variables.all.transformList(index, container, variables.mounts[index] == "added" && ${test},\n` +
    `  "the container " + container.name + ${celString(` ${wrong}`)})`
  return [
    inContainers(`has(${mounts}) && ${mounts}.exists(one, ${goesUp})`, 'has a mount path with ".."'),
    inContainers(
      `has(${mounts}) && ${mounts}.exists(one, ${isInside('one.mountPath')})`,
      `has a mount inside of ${secretMountPath}, which is read-only, so the mount point cannot be created`,
    ),
    inContainers(
      `has(${mounts}) && ${outer}.filter(one, ${isNearest}).exists(one, ${isReadOnly})`,
      `has a read-only mount around ${secretMountPath}, so the mount point cannot be created in it`,
    ),
    inContainers(
      `has(container.volumeDevices) && container.volumeDevices.exists(one, ${isInside(device)} || ${isAbove(device)} || ${normalised(device)} == ${celString(path)})`,
      `has a device inside of ${secretMountPath} or above it`,
    ),
  ]
}

const isOf = (volume: string, kinds: readonly string[]) =>
  kinds.map((kind) => `has(${volume}.${kind})`).join(' || ')

/** Whether the mount `one` is. */
const isReadOnly =
  `variables.volumes.exists(volume, volume.name == one.name && (${isOf('volume', preparedVolumes)})) ?\n` +
  `    has(one.subPath) && one.subPath != "" || has(one.subPathExpr) && one.subPathExpr != "" :\n` +
  `    has(one.readOnly) && one.readOnly || variables.volumes.exists(volume, volume.name == one.name && (has(volume.image) ||\n` +
  `    ${kindsWithReadOnly.map((kind) => `has(volume.${kind}) && has(volume.${kind}.readOnly) && volume.${kind}.readOnly`).join(' ||\n    ')}))`

/** Mounts and devices that prevent a container from starting once the secrets are mounted in it, as pod/nested-mounts.ts finds them. */
import { normalisePath } from '../../api/paths-overlap.ts'
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import { preparedVolumes } from '../../functions/inject-init/pod/nested-mounts.ts'
import { celString } from './cel.ts'

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

export function mountProblems({ secretMountPath }: InjectConfig): Record<string, string> {
  const mounts = 'container.volumeMounts'
  const { inside, same, above } = patternsOf(secretMountPath)
  const matches = (path: string, pattern: string) => `${path}.matches(${celString(pattern)})`
  const outer = `${mounts}.filter(one, ${matches('one.mountPath', above)})`
  const nearest = `${outer}.filter(one, size(one.mountPath) == ${outer}.map(other, size(other.mountPath)).max())`
  const device = `one.devicePath`
  const inContainers = (list: string, test: string, wrong: string) =>
    `variables.all.transformList(index, container, variables.mounts[index] == "added" && has(${list}) && ${test},\n` +
    `  "the container " + container.name + ${celString(` ${wrong}`)})`
  return {
    // CEL has no loop that follows such a path.
    upwardMounts: inContainers(
      mounts,
      `${mounts}.exists(one, ${matches('one.mountPath', '(^|/)[.][.](/|$)')})`,
      'has a mount path with ".."',
    ),
    insideMounts: inContainers(
      mounts,
      `${mounts}.exists(one, ${matches('one.mountPath', inside)})`,
      `has a mount inside of ${secretMountPath}, which is read-only, so the mount point cannot be created`,
    ),
    outerMounts: inContainers(
      mounts,
      `size(${outer}) > 0 && ${nearest}.slice(0, 1).exists(one, ${isReadOnly})`,
      `has a read-only mount around ${secretMountPath}, so the mount point cannot be created in it`,
    ),
    devices: inContainers(
      'container.volumeDevices',
      `container.volumeDevices.exists(one, ${[inside, same, above].map((one) => matches(device, one)).join(' || ')})`,
      `has a device inside of ${secretMountPath} or above it`,
    ),
  }
}

/** Of paths that are inside of the mount, the same, or above it, also where they are written with more slashes and dots. */
function patternsOf(path: string) {
  const steps = normalisePath(path)
    .split('/')
    .filter((step) => step !== '')
    .map((step) => step.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const [start, between, end] = ['^([.]?/)*', '/([.]?/)*', '(/[.]?)*$']
  const whole = steps.join(between)
  const above = steps.slice(0, -1).map((_, index) => steps.slice(0, index + 1).join(between) + end)
  return {
    inside: `${start}${whole}${between}([^/.]|[.][^/])`,
    same: `${start}${whole}${end}`,
    above: `${start}(${['[.]?$', ...above].join('|')})`,
  }
}

const isOf = (volume: string, kinds: readonly string[]) =>
  kinds.map((kind) => `has(${volume}.${kind})`).join(' || ')

/** Whether the mount `one` is. */
const isReadOnly =
  `variables.volumes.exists(volume, volume.name == one.name && (${isOf('volume', preparedVolumes)})) ?\n` +
  `    has(one.subPath) && one.subPath != "" || has(one.subPathExpr) && one.subPathExpr != "" :\n` +
  `    has(one.readOnly) && one.readOnly || variables.volumes.exists(volume, volume.name == one.name && (has(volume.image) ||\n` +
  `    ${kindsWithReadOnly.map((kind) => `has(volume.${kind}) && has(volume.${kind}.readOnly) && volume.${kind}.readOnly`).join(' ||\n    ')}))`

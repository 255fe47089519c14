import type { Diagnostic } from '../../../api/diagnostic.ts'
import { isMap } from '../../../api/json.ts'
import { quote } from '../../../api/diagnostic.ts'
import { pathsOverlap } from '../../../api/paths-overlap.ts'
import { lookUp, type Value } from '../../yaml/value.ts'
import { listIn, textIn } from './effective-config.ts'
import type { Part } from './editable-pod.ts'

/**
 * Kubernetes mounts these volumes read-only, but the kubelet creates the mount points in them beforehand, at the paths that they have without a
 * subPath. https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/volume/util/nested_volumes.go
 */
export const preparedVolumes = ['configMap', 'secret', 'downwardAPI', 'projected']

/**
 * Mounts that prevent a container from starting once the secrets are mounted in it. The container runtime creates the mount
 * point of a nested mount inside the outer one, and fails if that is read-only, as the mount of the secrets is. Nothing in
 * the Events names the reason.
 *
 * @param mounts the mounts of the container without ours. @param volumes of the pod. @param path where ours is mounted.
 */
export function validateNestedMounts(
  container: string,
  mounts: readonly Part[],
  volumes: readonly Part[],
  path: string,
): Diagnostic[] {
  const placed = mounts.map((mount) => ({ mount, place: overlap(mount.value, path) }))
  if (placed.every(({ place }) => place === 'none' || place === 'same')) return []
  const at = (wanted: (typeof placed)[number]['place']) =>
    placed.flatMap(({ mount, place }) => (place === wanted ? [mount] : []))
  const where = `container ${quote(container)} mounts the volume`
  const inner = at('first inside')
  const diagnostics: Diagnostic[] = inner.map(({ name, value }) => ({
    message: `${where} ${name} at ${textIn(value, 'mountPath')}, but ${path} is read-only, so the mount point cannot be created`,
    hint: 'mount it elsewhere, or set secretMountPath',
  }))
  const [outer] = at('second inside').toSorted(
    (a, b) => textIn(b.value, 'mountPath').length - textIn(a.value, 'mountPath').length,
  )
  if (outer && isReadOnly(outer, volumes))
    diagnostics.push({
      message: `${where} ${outer.name} read-only at ${textIn(outer.value, 'mountPath')}, so the mount point ${path} cannot be created in it`,
      hint: 'set another secretMountPath',
    })
  return diagnostics
}

/**
 * The container runtime creates the device nodes after the mounts: not in a read-only one, and not where a directory is. The API server refuses
 * a device at the very path of a mount.
 *
 * @param path where the secrets are mounted.
 */
export function validateDevices(container: Part, path: string): Diagnostic[] {
  const { name, node } = container
  if (lookUp(node, 'volumeDevices') === undefined) return []
  return listIn(container.value, 'volumeDevices').flatMap((device) => {
    const devicePath = textIn(device, 'devicePath')
    if (devicePath === '') return []
    const place = pathsOverlap(devicePath, path)
    if (place === 'none') return []
    const where = `container ${quote(name)} has the device of the volume ${textIn(device, 'name')} at ${devicePath}`
    return {
      message:
        place === 'first inside'
          ? `${where}, but ${path} is read-only, so the device cannot be created`
          : `${where}, so the secrets cannot be mounted at ${path}`,
      hint: 'set another devicePath, or set secretMountPath',
    }
  })
}

function overlap(mount: Value, path: string): ReturnType<typeof pathsOverlap> {
  const mountPath = textIn(mount, 'mountPath')
  return mountPath === '' ? 'none' : pathsOverlap(mountPath, path)
}

/** Each kind of volume that has a field `readOnly` has it in the same place, such as `nfs.readOnly`, and it holds for every mount. */
function isReadOnly({ name, value }: Part, volumes: readonly Part[]): boolean {
  const mount = isMap(value) ? value : {}
  const volume = volumes.find((one) => one.name === name)?.value ?? null
  const sources = isMap(volume) ? Object.entries(volume) : []
  if (sources.some(([type]) => preparedVolumes.includes(type)))
    return textIn(value, 'subPath') !== '' || textIn(value, 'subPathExpr') !== ''
  return (
    mount['readOnly'] === true ||
    sources.some(([type, source]) => type === 'image' || (isMap(source) && source['readOnly'] === true))
  )
}

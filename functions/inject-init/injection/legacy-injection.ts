import { isMap } from '../../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { Value } from '../../yaml/value.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { injectionOf } from './init-container.ts'
import { noNeeds } from '../pod/pod-needs.ts'
import type { EditablePod } from '../pod/editable-pod.ts'

/**
 * The record for an injection by the first kees, which was written in Java. It wrote no record, a container with nothing but
 * name, image and the two mounts, and an emptyDir on disk. Undefined if the pod has no such injection, or a changed one.
 */
export function recordOfLegacy(parts: EditablePod, config: InjectConfig): InjectionRecord | undefined {
  const found = parts.initContainers.parts.find(({ name }) => name === config.containerName)?.value
  if (found === undefined || !isMap(found)) return undefined
  const { container, volumes } = injectionOf(config, noNeeds)
  const [, annotations] = volumes
  const plain = [{ name: config.secretVolumeName, emptyDir: {} }, annotations]
  const same = plain.every((volume) =>
    parts.volumes.parts.some(({ value }) => isDeepStrictEqual(value, volume)),
  )
  if (!same) return undefined
  const { image, ...rest } = found
  if (typeof image !== 'string') return undefined
  const wanted: Value = { name: container['name'] ?? null, volumeMounts: container['volumeMounts'] ?? null }
  if (!isDeepStrictEqual(rest, wanted)) return undefined
  return {
    container: config.containerName,
    volumes: [config.secretVolumeName, config.annotationsVolumeName],
    mounts: [],
  }
}

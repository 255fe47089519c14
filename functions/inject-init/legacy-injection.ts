import { isMap } from '../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { InjectionRecord } from '../workload/injection-record.ts'
import type { Value } from '../yaml/value.ts'
import type { InjectConfig } from './inject-config.ts'
import { injectionOf } from './init-container.ts'
import type { EditablePod } from './editable-pod.ts'

/**
 * The record of an injection as the first kees, written in Java, left it: without a record, the container with nothing
 * but name, image and the two mounts, the secrets on the node's disk. Undefined where the pod has none, or has changed it.
 */
export function recordOfLegacy(parts: EditablePod, config: InjectConfig): InjectionRecord | undefined {
  const found = parts.initContainers.parts.find(({ name }) => name === config.containerName)?.value
  if (found === undefined || !isMap(found)) return undefined
  const { container, volumes } = injectionOf(config, {})
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

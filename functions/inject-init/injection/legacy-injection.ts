import { type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { isMap, listOf, mapOf } from '../../../api/json.ts'
import { annotationFilesIn } from '../../../api/pod/annotations-volume.ts'
import { isDeepStrictEqual } from 'node:util'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { Value } from '../../yaml/value.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { injectionOf } from './init-container.ts'
import { noNeeds } from '../pod/pod-needs.ts'
import type { EditablePod, Part, PartList } from '../pod/editable-pod.ts'

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

/**
 * Warnings of init containers of the Java kees as its users wrote them: with ENV_LABEL, from which it made the name of its DynamoDB table, and
 * with mounts of their own. What they mount may be read by the app, so it is left to the user. @param ours the names of our own containers.
 */
export function warnOfLegacy(
  { initContainers, volumes }: EditablePod,
  ours: readonly string[],
): Diagnostic[] {
  const theirs = initContainers.parts.filter(({ name }) => !ours.includes(name))
  // Most pods have none, and need not be read further.
  if (theirs.length === 0) return []
  const showing = volumesOfAnnotations(volumes)
  return theirs.flatMap((one): Diagnostic[] => {
    const written = pathsOfLegacy(one, showing)
    if (written === undefined) return []
    const paths = written.length > 0 ? ` and writes to ${written.join(', ')}` : ''
    const hint =
      'when the app reads the files or variables of kees, remove it, its volumes and their mounts: see docs/migrating-from-java.md'
    return [
      {
        message: `init container ${quote(one.name)} is one of the Java kees: it reads DynamoDB${paths}`,
        hint,
      },
    ]
  })
}

/** Whether a part is such a container. */
export function isOfLegacy({ initContainers, volumes }: EditablePod, part: Part): boolean {
  const isInit = initContainers.parts.includes(part)
  return isInit && pathsOfLegacy(part, volumesOfAnnotations(volumes)) !== undefined
}

function volumesOfAnnotations({ parts }: PartList): ReadonlySet<string> {
  return new Set(parts.filter(({ value }) => annotationFilesIn(value).length > 0).map(({ name }) => name))
}

/** Where it writes, if it is a container of the Java kees. @param showing the volumes that show the annotations. */
function pathsOfLegacy({ value }: Part, showing: ReadonlySet<string>): string[] | undefined {
  const { env, volumeMounts } = mapOf(value)
  const mounts = listOf(volumeMounts).map(mapOf)
  const readsAnnotations = mounts.some((mount) => showing.has(String(mount['name'])))
  const hasLabel = listOf(env).some((one) => mapOf(one)['name'] === 'ENV_LABEL')
  if (!readsAnnotations || !hasLabel) return undefined
  return mounts
    .filter((mount) => !showing.has(String(mount['name'])))
    .map((mount) => String(mount['mountPath']))
}

import { listOf, mapOf } from '../json.ts'

/**
 * Under which file names a volume of a pod shows the pod's annotations, by downward API, projected or not.
 * @param volume one of `spec.volumes`.
 */
export function annotationFilesIn(volume: unknown): readonly string[] {
  const sources = listOf(mapOf(mapOf(volume)['projected'])['sources'])
  return [volume, ...sources]
    .flatMap((source) => listOf(mapOf(mapOf(source)['downwardAPI'])['items']))
    .map(mapOf)
    .filter((item) => mapOf(item['fieldRef'])['fieldPath'] === 'metadata.annotations')
    .flatMap(({ path }) => (typeof path === 'string' ? [path] : []))
}

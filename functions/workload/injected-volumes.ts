/** The fields of its two volumes that init needs; a patch may have changed them. */
import { annotationFilesIn } from '../../api/pod/annotations-volume.ts'
import { isMap } from '../../api/json.ts'
import type { SourceNode } from '../yaml/node.ts'
import { toValue } from '../yaml/value.ts'

/** Whether a volume is an emptyDir and nothing else: what init writes goes with the pod. One without a source is one too. */
export function isEmptyDir(volume: SourceNode): boolean {
  const value = toValue(volume)
  return isMap(value) && Object.keys(value).every((key) => key === 'name' || key === 'emptyDir')
}

/** Whether a volume has the file of the pod's annotations that init reads. */
export function showsAnnotations(volume: SourceNode): boolean {
  return annotationFilesIn(toValue(volume)).includes('annotations')
}

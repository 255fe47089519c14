/** What init cannot do without of its two volumes, whoever has patched them. */
import { isMap } from '../../api/json.ts'
import { itemsOf } from './container-parts.ts'
import type { SourceNode } from '../yaml/node.ts'
import { lookUp, lookUpPath, stringOf, toValue } from '../yaml/value.ts'

/** Whether a volume is an emptyDir and nothing else: what init writes goes with the pod. One without a source is one too. */
export function isEmptyDir(volume: SourceNode): boolean {
  const value = toValue(volume)
  return isMap(value) && Object.keys(value).every((key) => key === 'name' || key === 'emptyDir')
}

/** Whether a volume has the file of the pod's annotations that init reads. */
export function showsAnnotations(volume: SourceNode): boolean {
  const projected = itemsOf(lookUp(volume, 'projected'), 'sources')
  return [volume, ...projected].some((source) =>
    itemsOf(lookUp(source, 'downwardAPI'), 'items').some(
      (one) =>
        stringOf(lookUp(one, 'path')) === 'annotations' &&
        stringOf(lookUpPath(one, ['fieldRef', 'fieldPath'])) === 'metadata.annotations',
    ),
  )
}

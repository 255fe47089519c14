import { fits } from '../../api/bounds.ts'
import { quote } from '../../api/diagnostic.ts'

/** What the API server accepts of the annotations of one object, keys and values: https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go */
export const maxAnnotationBytes = 256 * 1024

/** The bytes of annotations that are too large together; undefined where they are not. */
export function excessBytes(
  annotations: readonly (readonly [key: string, value: string])[],
): number | undefined {
  if (fits(annotations.flat(), maxAnnotationBytes)) return undefined
  const bytes = annotationBytes(annotations)
  return bytes > maxAnnotationBytes ? bytes : undefined
}

export function annotationBytes(annotations: Iterable<readonly [key: string, value: string]>): number {
  let sum = 0
  for (const [key, value] of annotations) sum += Buffer.byteLength(key) + Buffer.byteLength(value)
  return sum
}

/** What to do about annotations that are too large together: the largest one is the likely cause. */
export function hintForLarge(annotations: Iterable<readonly [key: string, value: string]>): string {
  const sizes = [...annotations].map((one) => ({ key: one[0], bytes: annotationBytes([one]) }))
  const [largest] = sizes.toSorted((a, b) => b.bytes - a.bytes)
  const which = largest ? `annotation ${quote(largest.key)} of ${largest.bytes} bytes` : 'annotations'
  return `shorten or remove ${which}; what is large can be in a ConfigMap`
}

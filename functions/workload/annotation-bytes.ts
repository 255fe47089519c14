/** What the API server accepts of the annotations of one object, keys and values: https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go */
export const maxAnnotationBytes = 256 * 1024

export function annotationBytes(annotations: Iterable<readonly [key: string, value: string]>): number {
  let sum = 0
  for (const [key, value] of annotations) sum += Buffer.byteLength(key) + Buffer.byteLength(value)
  return sum
}

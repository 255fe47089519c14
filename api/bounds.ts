/**
 * What the annotations of one pod, and a StoragePolicy, may cost. Anybody may have written them. Every program reads them by parsePodAnnotations, which checks
 * the sizes before it parses anything.
 */
import type { Diagnostic } from './diagnostic.ts'

export const bounds = {
  /** UTF-8 bytes of the keys and values of all annotations of the domain on one pod. */
  podBytes: 64 * 1024,
  /** UTF-8 bytes of the value of one annotation. */
  annotationBytes: 8 * 1024,
  /** Attributes in one annotation. */
  attributes: 64,
  /** UTF-8 bytes of a user ID: with them, a private key of 4,096 bits fits a standard parameter. */
  userIdBytes: 256,
  /** References in the text of one composition: a value may be as long as its store allows. */
  references: 64,
  /** Diagnostics of one annotation. */
  diagnostics: 64,
  /** Diagnostics of one pod. What follows them is not read. */
  podDiagnostics: 1024,
  /** Declarations of one pod. */
  declarations: 1024,
  /** UTF-8 bytes of the file of a StoragePolicy: those of a ConfigMap. */
  policyBytes: 1024 * 1024,
  /** Namespaces and prefixes of all rules of a StoragePolicy. */
  policyEntries: 4096,
  /** Diagnostics of a StoragePolicy. */
  policyDiagnostics: 64,
} as const

type Annotation = { readonly key: string; readonly value: string }

/** @param annotations those of the domain. @returns the annotation with which they are too large, and what is wrong. */
export function validateTotal(
  annotations: readonly Annotation[],
): { readonly key: string; readonly wrong: Diagnostic } | undefined {
  const texts = annotations.flatMap(({ key, value }) => [key, value])
  if (fits(texts, bounds.podBytes)) return undefined
  let total = 0
  for (const { key, value } of annotations) {
    // No more is counted than is allowed.
    total += byteLength(key, bounds.podBytes - total) + byteLength(value, bounds.podBytes - total)
    if (total <= bounds.podBytes) continue
    const message = `the annotations of kees on this pod have more than ${bounds.podBytes} bytes in total`
    return { key, wrong: { message, hint: 'declare fewer secrets and resources on one pod' } }
  }
  return undefined
}

export function validateValue(value: string): Diagnostic | undefined {
  if (fits([value], bounds.annotationBytes)) return undefined
  if (byteLength(value, bounds.annotationBytes) <= bounds.annotationBytes) return undefined
  return { message: `the value has more than ${bounds.annotationBytes} bytes` }
}

/** Whether the lengths alone show that the texts are small enough: a UTF-16 unit has at most three bytes in UTF-8. */
export function fits(texts: readonly string[], bytes: number): boolean {
  let units = 0
  for (const text of texts) units += text.length
  return units * 3 <= bytes
}

/** In UTF-8; any number above the limit where there are more. */
export function byteLength(text: string, limit: number): number {
  if (text.length > limit) return text.length
  let bytes = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // Each half of a surrogate pair is two of its four bytes.
    const isSurrogate = unit >= 0xd800 && unit < 0xe000
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate ? 2 : 3
  }
  return bytes
}

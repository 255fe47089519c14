import type { AnnotationDiagnostic } from '../../api/diagnostic.ts'
import { type ObjectReference, type Result, resultOf } from '../krm/result.ts'
import type { PodTemplate } from './pod-template.ts'

/** Of the annotations of one pod template. */
export function annotationResults(
  diagnostics: readonly AnnotationDiagnostic[],
  object: ObjectReference,
  { key, path }: Pick<PodTemplate, 'key' | 'path'>,
): Result[] {
  return diagnostics.map((diagnostic) => {
    const result = resultOf(diagnostic, object, [...path, 'metadata', 'annotations'])
    return key === '' ? result : { ...result, subject: `template ${key} ${result.subject}` }
  })
}

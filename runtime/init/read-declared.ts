import { readFile } from 'node:fs/promises'
import { parseAnnotationsFile } from '../../api/annotations-file.ts'
import { findConflicts } from '../../api/conflicts.ts'
import { exitCode } from '../../api/exit-code.ts'
import { findDeliveryDiagnostics } from '../../api/delivery-diagnostics.ts'
import { initWords, refuseWords } from '../../api/not-yet.ts'
import type { AnnotationDiagnostic } from '../../api/diagnostic.ts'
import { type Declared, parsePodAnnotations } from '../../api/pod-annotations.ts'
import { defaultFormat, type SecretsFormat } from '../../api/secrets-format.ts'
import { quotePath } from '../files/quote-path.ts'
import { systemCode, systemReason } from '../files/system-error.ts'
import type { Log } from '../log.ts'
import type { InitDiagnostic } from './report.ts'

export type ReadDeclared = {
  readonly declared: readonly Declared[]
  readonly warnings: readonly AnnotationDiagnostic[]
  readonly diagnostics: readonly InitDiagnostic[]
}

/** @param path the downward API's file of the pod's annotations. @param format in which the names have to be written. */
export async function readDeclared(
  path: string,
  domain: string,
  format: SecretsFormat = defaultFormat,
): Promise<ReadDeclared> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const message = `the annotations file ${quotePath(path)} (ANNOTATIONS_FILE) cannot be read: ${systemReason(code)}`
    return { declared: [], warnings: [], diagnostics: [{ exit: exitCode.usage, message }] }
  }
  const file = parseAnnotationsFile(content)
  const pod = parsePodAnnotations(file.annotations, domain)
  const { declared, diagnostics } = pod
  const conflicts = [
    ...findConflicts([declared]).flat(),
    ...findDeliveryDiagnostics(pod, format),
    ...refuseWords(pod, initWords),
  ]
  const errors = [...diagnostics, ...conflicts].filter(({ severity }) => severity === 'error')
  return {
    declared,
    warnings: diagnostics.filter(({ severity }) => severity === 'warning'),
    diagnostics: [
      ...file.diagnostics.map(({ line, message }) => ({
        exit: exitCode.input,
        message: `line ${line} of the annotations file ${quotePath(path)} ${message}`,
      })),
      ...errors.map(({ annotation, code, severity: _severity, ...one }) => ({
        ...one,
        exit: exitCode.input,
        message: `annotation ${annotation}: ${one.message}`,
        fields: { annotation, code },
      })),
    ],
  }
}

export function logWarnings(warnings: readonly AnnotationDiagnostic[], log: Log): void {
  for (const { annotation, code, message, hint } of warnings)
    log.warn('an annotation has a warning', { annotation, code, problem: message, hint })
}

import { readFileSync } from 'node:fs'
import { parseAnnotationsFile } from '../../../api/pod/annotations-file.ts'
import { findConflicts } from '../../../api/pod/conflicts.ts'
import { exitCode } from '../../../api/exit-code.ts'
import { findDeliveryDiagnostics, findTakenPaths } from '../../../api/delivery/delivery-diagnostics.ts'
import type { AnnotationDiagnostic } from '../../../api/diagnostic.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import { type Composed, type Declared, parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { quotePath } from '../../files/quote-path.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'
import type { Log } from '../../log.ts'
import type { InitDiagnostic } from '../fetch/report.ts'

export type ReadDeclared = {
  readonly declared: readonly Declared[]
  readonly composed: readonly Composed[]
  /** The annotation that turns local mode on; absent where it is off. */
  readonly localMode?: string
  readonly warnings: readonly AnnotationDiagnostic[]
  readonly diagnostics: readonly InitDiagnostic[]
}

type Settings = Pick<
  InitEnv,
  | 'annotationsFile'
  | 'annotationDomain'
  | 'format'
  | 'secretsFile'
  | 'resourcesFile'
  | 'envFile'
  | 'notifyFile'
>

/** What the downward API's file of the pod's annotations declares, and whether it can be written by these settings. */
export async function readDeclared(settings: Settings): Promise<ReadDeclared> {
  const { annotationsFile: path, annotationDomain, format } = settings
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const message = `the annotations file ${quotePath(path)} (ANNOTATIONS_FILE) cannot be read: ${systemReason(code)}`
    return { declared: [], composed: [], warnings: [], diagnostics: [{ exit: exitCode.usage, message }] }
  }
  const file = parseAnnotationsFile(content)
  const pod = parsePodAnnotations(file.annotations, annotationDomain)
  const { declared, composed, diagnostics } = pod
  const all = [
    ...diagnostics,
    ...findConflicts([declared]).flat(),
    ...findDeliveryDiagnostics(pod, format),
    ...findTakenPaths(pod, settings),
  ]
  const errors = all.filter(({ severity }) => severity === 'error')
  return {
    declared,
    composed,
    ...(pod.localMode === undefined ? {} : { localMode: pod.localMode }),
    warnings: all.filter(({ severity }) => severity === 'warning'),
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

import { readFile } from 'node:fs/promises'
import { parseAnnotationsFile } from '../../api/annotations-file.ts'
import { findConflicts } from '../../api/conflicts.ts'
import { exitCode } from '../../api/exit-code.ts'
import { findNameDiagnostics } from '../../api/format-names.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { type Declared, parsePodAnnotations } from '../../api/pod-annotations.ts'
import { defaultFormat, type SecretsFormat } from '../../api/secrets-format.ts'
import { quotePath } from '../files/quote-path.ts'
import { systemCode, systemReason } from '../files/system-error.ts'
import type { Problem } from './report.ts'

export type ReadDeclared = {
  readonly declared: readonly Declared[]
  readonly warnings: readonly Diagnostic[]
  readonly problems: readonly Problem[]
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
    const text = `the annotations file ${quotePath(path)} (ANNOTATIONS_FILE) cannot be read: ${systemReason(code)}`
    return { declared: [], warnings: [], problems: [{ exit: exitCode.usage, text }] }
  }
  const file = parseAnnotationsFile(content)
  const { declared, diagnostics } = parsePodAnnotations(file.annotations, domain)
  const conflicts = [...findConflicts([declared]).flat(), ...findNameDiagnostics(declared, format)]
  const errors = [...diagnostics, ...conflicts].filter(({ severity }) => severity === 'error')
  return {
    declared,
    warnings: diagnostics.filter(({ severity }) => severity === 'warning'),
    problems: [
      ...file.problems.map(({ line, problem }) => ({
        exit: exitCode.input,
        text: `line ${line} of the annotations file ${quotePath(path)} ${problem}`,
      })),
      ...errors.map(({ annotation, code, message }) => ({
        exit: exitCode.input,
        text: `annotation ${annotation}: ${message}`,
        fields: { annotation, code },
      })),
    ],
  }
}

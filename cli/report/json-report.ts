import type { Env } from '../../api/settings/env.ts'
import type { ExitCode } from '../../api/exit-code.ts'
import { formatFieldPath } from '../../functions/krm/field-path.ts'
import { onOneLine } from '../../functions/krm/result.ts'
import { reportedFile } from './reported-file.ts'
import { codeOf, type ReportedResult } from './reported-result.ts'

/** Changes where a program that reads the report must. */
const version = 1

/** The results as kees has them. `file` is absent where it is standard input. */
export function jsonReport(results: readonly ReportedResult[], exit: ExitCode, env: Env): string {
  const report = { version, exitCode: exit, results: results.map((one) => jsonResult(one, env)) }
  // JSON.stringify escapes what ends a line, but not what turns the text around.
  const safe = (_key: string, value: unknown) => (typeof value === 'string' ? onOneLine(value) : value)
  return `${JSON.stringify(report, safe, 2)}\n`
}

function jsonResult(result: ReportedResult, env: Env) {
  const { severity, message, details, parameters, hint, object, subject, field, file, position } = result
  return {
    severity,
    code: codeOf(result),
    message,
    details,
    hint,
    parameters,
    object: object && {
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace: object.namespace,
      name: object.name,
    },
    subject,
    field: field && formatFieldPath(field),
    file: reportedFile(file, env),
    line: position?.line,
    column: position?.column,
  }
}

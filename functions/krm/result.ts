/** https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md */
import { type ExitCode, exitCode, firstToMend } from '../../api/exit-code.ts'
import { type AnnotationDiagnostic, type Diagnostic, linesOf } from '../../api/diagnostic.ts'

export type ObjectReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** A Diagnostic of an object, or of the options: a Result of the KRM functions specification, and the exit code it leads to. */
export type Result = Diagnostic & {
  readonly severity: 'error' | 'warning'
  readonly object?: ObjectReference
  readonly exit: ExitCode
}

/** `Deployment/app`, or `Deployment/prod/app` for an object that says its namespace. */
export function nameOf({ kind, namespace, name }: ObjectReference): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/')
}

export function resultOf(diagnostic: AnnotationDiagnostic, object: ObjectReference): Result {
  const { severity, annotation, message, hint } = diagnostic
  const result: Result = {
    severity,
    message: `annotation ${annotation}: ${message}`,
    object,
    exit: exitCode.input,
  }
  return hint === undefined ? result : { ...result, hint }
}

/** @param object absent where they are about no object, but about the options or a file. */
export function errorsOf(
  diagnostics: readonly Diagnostic[],
  exit: ExitCode,
  object?: ObjectReference,
): Result[] {
  return diagnostics.map((one) => ({ severity: 'error', ...one, ...(object ? { object } : {}), exit }))
}

/**
 * For people: `error: Deployment/app annotation …: …`, and the hint on a line of its own. Names are text of the input and may
 * hold anything.
 */
export function resultLines({ severity, object, ...diagnostic }: Result): string[] {
  const [fact = '', ...hint] = linesOf(diagnostic).map(onOneLine)
  return [
    onOneLine(`${severity}: ${object ? `${nameOf(object)} ` : ''}`) + fact,
    ...hint.map((line) => `  ${line}`),
  ]
}

/** Without what ends a line, moves the cursor of a terminal or turns the text around. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/gu, '\ufffd')
}

/** With `strict`, warnings are errors. */
export function judge(results: readonly Result[], strict: boolean): Result[] {
  return results.map((result) => (strict ? { ...result, severity: 'error' } : result))
}

export function exitCodeOf(results: readonly Result[]): ExitCode {
  return firstToMend(results.flatMap(({ severity, exit }) => (severity === 'error' ? [exit] : [])))
}

/** https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md */
import { type ExitCode, exitCode, firstToMend } from '../../api/exit-code.ts'
import { type AnnotationDiagnostic, type Diagnostic, linesOf } from '../../api/diagnostic.ts'
import type { Path } from '../yaml/edit-target.ts'

export type ObjectReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** A Diagnostic of an object, or of the options: a Result of the KRM functions specification, and the exit code it leads to. */
export type Result = Diagnostic & {
  readonly severity: 'error' | 'warning'
  /** The kind of problem, for programs, where it has a code. */
  readonly code?: string
  readonly object?: ObjectReference
  /** What of the object it is about, for people: `annotation secret.bsycorp.com/db.password`. */
  readonly subject?: string
  /** The field that it is about. */
  readonly field?: Path
  /** The file that the position is in, as the user names it. */
  readonly file?: string
  readonly exit: ExitCode
}

/** `Deployment/app`, or `Deployment/prod/app` for an object with a namespace. */
export function nameOf({ kind, namespace, name }: ObjectReference): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/')
}

/** @param annotations the path of the annotations in the object. */
export function resultOf(
  { annotation, ...diagnostic }: AnnotationDiagnostic,
  object: ObjectReference,
  annotations: Path,
): Result {
  const field = [...annotations, annotation]
  return { ...diagnostic, object, subject: `annotation ${annotation}`, field, exit: exitCode.input }
}

/** @param object absent where they are about no object, but about the options or a file. */
export function errorsOf(
  diagnostics: readonly Diagnostic[],
  exit: ExitCode,
  object?: ObjectReference,
): Result[] {
  return diagnostics.map((one) => ({ severity: 'error', ...one, ...(object ? { object } : {}), exit }))
}

/** What it is about and what is wrong with it, and the hint on a line of its own. */
export function messageLines({ object, subject, ...diagnostic }: Result): string[] {
  const [fact = '', ...hint] = linesOf(diagnostic)
  const about = [...(object ? [nameOf(object)] : []), ...(subject === undefined ? [] : [`${subject}:`])]
  return [[...about, fact].join(' '), ...hint]
}

/**
 * For people: `deploy.yaml:12:9: error: Deployment/app annotation …: …`, and the hint on a line of its own, indented. Names are
 * text of the input and may hold anything.
 */
export function resultLines(located: Result): string[] {
  const { file, position, ...result } = located
  const prefix = positionPrefix(located)
  const isPlaced = file !== undefined || position === undefined
  const [fact = '', ...hint] = messageLines(isPlaced ? result : { ...result, position })
  return [`${prefix}${result.severity}: ${fact}`, ...hint.map((line) => `  ${line}`)].map(onOneLine)
}

/** `deploy.yaml:12:9: `; empty where no file is known. */
export function positionPrefix({ file, position }: Pick<Result, 'file' | 'position'>): string {
  const place = [file, ...(position ? [position.line, position.column] : [])]
  return file === undefined ? '' : `${place.join(':')}: `
}

/**
 * Without what ends a line, moves the cursor of a terminal or turns the text around, and without commands to the CI system that shows the line:
 * `::name::` at its start, and `##[name]` or `##vso[name]` anywhere in it.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function onOneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/gu, '\ufffd')
    .replace(/^(\s*):(?=:)/, '$1\ufffd')
    .replace(/##(?=\w*\[)/g, '#\ufffd')
}

/** With `strict`, warnings are errors. */
export function judge(results: readonly Result[], strict: boolean): Result[] {
  return results.map((result) => (strict ? { ...result, severity: 'error' } : result))
}

export function exitCodeOf(results: readonly Result[]): ExitCode {
  return firstToMend(results.flatMap(({ severity, exit }) => (severity === 'error' ? [exit] : [])))
}

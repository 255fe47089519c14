/** https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md */
import { type ExitCode, exitCode, firstToMend } from '../../api/exit-code.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'

export type ObjectReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** One thing to say about the input: a Result of the KRM functions specification, and the exit code it leads to. */
export type Result = {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly object?: ObjectReference
  readonly exit: ExitCode
}

/** `Deployment/app`, or `Deployment/prod/app` for an object that says its namespace. */
export function nameOf({ kind, namespace, name }: ObjectReference): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/')
}

export function resultOf(diagnostic: Diagnostic, object: ObjectReference): Result {
  const { severity, annotation, message } = diagnostic
  return { severity, message: `annotation ${annotation}: ${message}`, object, exit: exitCode.input }
}

/** The line for people: `error: Deployment/app annotation …: …`. Names are text of the input and may hold anything. */
export function lineOf({ severity, message, object }: Result): string {
  return onOneLine(`${severity}: ${object ? `${nameOf(object)} ` : ''}${message}`)
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

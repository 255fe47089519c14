/** What can be wrong with a pod's annotations: a closed set, to branch on; the message is for people. */
export type DiagnosticCode =
  | 'SYNTAX'
  | 'TOO_LARGE'
  | 'UNKNOWN_ATTRIBUTE'
  | 'MISSPELT_ATTRIBUTE'
  | 'DUPLICATE_ATTRIBUTE'
  | 'MISSING_ATTRIBUTE'
  | 'ATTRIBUTE_NOT_ALLOWED'
  | 'BAD_KIND'
  | 'BAD_TYPE'
  | 'BAD_SIZE'
  | 'BAD_PIN'
  | 'BAD_NAME'
  | 'BAD_STORAGE_KEY'
  | 'BAD_VALUE'
  | 'BAD_DELIVERY'
  | 'BAD_REFERENCE'
  | 'UNESCAPED'
  | 'BAD_SETTING'
  | 'UNKNOWN_SETTING'
  | 'UNKNOWN_PREFIX'
  | 'NOT_SUPPORTED'
  | 'CONFLICT'
  | 'LOCAL_MODE'
  | 'POLICY'
  | 'WEAK'

/**
 * One thing that is wrong with an input, found without asking the world. Of an object of a manifest it becomes a Result
 * (functions/krm/result.ts); what the world refuses is a Failure (runtime/failure.ts).
 */
export type Diagnostic = {
  /** The fact, in one sentence, with what is allowed. */
  readonly message: string
  /** What to do about it, in the imperative. Every program prints it on a line, or in a field, of its own. */
  readonly hint?: string
  /** Where in the text that was read, if it is known. */
  readonly position?: Position
}

/** Both from 1; a column counts UTF-16 units. */
export type Position = { readonly line: number; readonly column: number }

/**
 * Of an annotation of a pod. The message quotes the names of attributes, where they look like names, and the values of
 * kind, type and size, and no other value: people paste passwords into annotations.
 */
export type AnnotationDiagnostic = Diagnostic & {
  readonly severity: 'error' | 'warning'
  readonly code: DiagnosticCode
  readonly annotation: string
}

/** Of an environment variable; the message begins with its name. */
export type EnvDiagnostic = Diagnostic & { readonly env: string }

/** The same of what is named by the subject: the messages begin with it. A path, such as `[0].name`, joins it. */
export function about(subject: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map((one) => {
    const space = subject === '' || /^[.[]/.test(one.message) ? '' : ' '
    return { ...one, message: subject + space + one.message }
  })
}

/** Of a variable, whose name the messages follow. */
export function envDiagnostics(env: string, diagnostics: readonly Diagnostic[]): EnvDiagnostic[] {
  return about(env, diagnostics).map((one) => ({ env, ...one }))
}

/** Lines for people: the fact, and the hint on a line of its own. */
export function linesOf({ message, hint, position }: Diagnostic): string[] {
  const fact = position ? `${message} (line ${position.line}, column ${position.column})` : message
  return hint === undefined ? [fact] : [fact, `hint: ${hint}`]
}

/** On one line, where there is only one: in an Event, and in the message of an admission policy. */
export function lineOf({ message, hint }: Diagnostic): string {
  return hint === undefined ? message : `${message} (hint: ${hint})`
}

/** Of an ARN, which is no secret and of use only as a whole: IAM's longest, with room for what is wrong with it. */
const longestArn = 2048
const longestOther = 40

/** Quotes a piece of the input for a message: one line, printable, at most 40 characters; an ARN as a whole. */
export function quote(text: string): string {
  return quoteUpTo(text, text.startsWith('arn:') ? longestArn : longestOther)
}

/** Likewise for a text that is of use only as a whole. */
export function quoteUpTo(text: string, longest: number): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}]/gu, '\ufffd')
}

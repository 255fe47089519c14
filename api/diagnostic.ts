/** What can be wrong with a pod's annotations: a closed set, to branch on; the message is for people. */
export type DiagnosticCode =
  | 'SYNTAX'
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
  | 'BAD_SETTING'
  | 'UNKNOWN_SETTING'
  | 'UNKNOWN_PREFIX'
  | 'NOT_SUPPORTED'
  | 'CONFLICT'
  | 'POLICY'
  | 'WEAK'

/**
 * One thing wrong with one annotation. The message names what is allowed. It quotes the names of attributes, where
 * they look like names, and the values of kind, type and size, and no other value: people paste passwords into annotations.
 */
export type Diagnostic = {
  readonly severity: 'error' | 'warning'
  readonly code: DiagnosticCode
  readonly annotation: string
  readonly message: string
}

/** Of an ARN, which is no secret and of use only as a whole: IAM's longest, with room for what is wrong with it. */
const longestArn = 2048
const longestOther = 40

/** Quotes a piece of the input for a message: one line, printable, at most 40 characters; an ARN as a whole. */
export function quote(text: string): string {
  const longest = text.startsWith('arn:') ? longestArn : longestOther
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}]/gu, '\ufffd')
}

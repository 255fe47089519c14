import type { SecretValue } from '../secret-value.ts'

/** SSM's limit: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
export const maxNamesPerCall = 10

export type ParameterRef = {
  /** With its leading slash. */
  readonly name: string
  /** A version number or a label; default: the latest version. */
  readonly selector?: string
}

export type StoredParameter = {
  readonly ref: ParameterRef
  readonly value: SecretValue
  readonly version: number
}

type Created =
  | {
      readonly outcome: 'created'
      readonly version: number
      /** The number of requests that were sent. Only with 1 is it certain which call stored the value. */
      readonly attempts: number
    }
  /** After more than one attempt, this call may have stored it: a response was lost. */
  | { readonly outcome: 'exists'; readonly attempts: number }

/**
 * A store of parameters. Every method is one call to the store, for 1 to maxNamesPerCall different names, and throws an
 * error with a code of failure.ts. A store that does not know throws; it never reports "missing" instead.
 */
export type ParameterStore = {
  /** The values, decrypted. Never two selectors of one name in a call. */
  readonly get: (refs: readonly ParameterRef[]) => Promise<{
    readonly found: readonly StoredParameter[]
    readonly missing: readonly ParameterRef[]
  }>
  /** Which of the names, with or without a selector (formatRef), exist. Needs no permission to decrypt. */
  readonly exists: (names: readonly string[]) => Promise<ReadonlySet<string>>
  /** Creates a parameter that does not exist yet, and never changes one that does. */
  readonly create: (
    name: string,
    value: SecretValue,
    about: { readonly description: string },
  ) => Promise<Created>
  /** Stores a new version, whether or not the parameter exists. Only for `--overwrite`. */
  readonly replace: (name: string, value: SecretValue) => Promise<void>
}

/** For callers that only read. */
export type ParameterReader = Pick<ParameterStore, 'get'>

/** `name` or `name:selector`, as SSM writes it. A name has no colon. */
export function formatRef({ name, selector }: ParameterRef): string {
  return selector === undefined ? name : `${name}:${selector}`
}

/** The inverse of formatRef. */
export function parseRef(text: string): ParameterRef {
  const colon = text.indexOf(':')
  return colon < 0 ? { name: text } : { name: text.slice(0, colon), selector: text.slice(colon + 1) }
}

/** Enforces SSM's limits on the callers of every store. */
export function checkCall(names: readonly string[]): void {
  const different = new Set(names).size
  if (different === names.length && different >= 1 && different <= maxNamesPerCall) return
  throw new RangeError(
    `${names.length} names, ${different} of them different, in one call: allowed are 1 to ${maxNamesPerCall}, all different`,
  )
}

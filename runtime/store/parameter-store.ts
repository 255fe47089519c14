import type { SecretValue } from '../secret-value.ts'

/** SSM takes no more: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
export const maxNamesPerCall = 10

export type ParameterRef = {
  /** With its leading slash. */
  readonly name: string
  /** A version's number or a label; without one, the newest version. */
  readonly selector?: string
}

export type StoredParameter = {
  readonly ref: ParameterRef
  readonly value: SecretValue
  readonly version: number
}

export type Created =
  | {
      readonly outcome: 'created'
      readonly version: number
      /** How often the store was asked before it answered. Only after 1 is it sure which call stored the value. */
      readonly attempts: number
    }
  /** After more than one attempt it may be this call that stored it: an answer was lost. */
  | { readonly outcome: 'exists'; readonly attempts: number }

/**
 * Where parameters are stored. Every method is one call to the store, of 1 to maxNamesPerCall different names, and
 * throws an error with a code of failure.ts. A store that cannot tell throws; it never says "missing" instead.
 */
export type ParameterStore = {
  /** The values, decrypted. Never two selectors of one name in a call. */
  readonly get: (refs: readonly ParameterRef[]) => Promise<{
    readonly found: readonly StoredParameter[]
    readonly missing: readonly ParameterRef[]
  }>
  /** Which of the names, with or without a selector as formatRef writes it, are stored. Needs no right to decrypt. */
  readonly exists: (names: readonly string[]) => Promise<ReadonlySet<string>>
  /** Stores a parameter that does not exist yet, and never touches one that does. */
  readonly create: (
    name: string,
    value: SecretValue,
    about: { readonly description: string },
  ) => Promise<Created>
  /** Stores a newer value, whether the parameter exists or not. For people who asked for it by `--overwrite`. */
  readonly replace: (name: string, value: SecretValue) => Promise<void>
}

/** For who only reads. */
export type ParameterReader = Pick<ParameterStore, 'get'>

/** `name` or `name:selector`, as SSM writes it. A name has no colon. */
export function formatRef({ name, selector }: ParameterRef): string {
  return selector === undefined ? name : `${name}:${selector}`
}

/** What formatRef wrote. */
export function parseRef(text: string): ParameterRef {
  const colon = text.indexOf(':')
  return colon < 0 ? { name: text } : { name: text.slice(0, colon), selector: text.slice(colon + 1) }
}

/** Holds the callers of every store to what SSM takes. */
export function checkCall(names: readonly string[]): void {
  const different = new Set(names).size
  if (different === names.length && different >= 1 && different <= maxNamesPerCall) return
  throw new RangeError(
    `${names.length} names, ${different} of them different, in one call: allowed are 1 to ${maxNamesPerCall}, all different`,
  )
}

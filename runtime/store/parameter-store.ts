import type { Peer } from '../failure.ts'
import type { SecretValue } from '../secret-value.ts'

/** SSM's limit: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
export const maxNamesPerCall = 10

export type ParameterRef = {
  /** With its leading slash. */
  readonly name: string
  /** A version number or a label; default: the latest version. */
  readonly selector?: string
  readonly from?: never
}

/** A secret of AWS Secrets Manager, in the account and region of the store. It is only read. */
export type SecretRef = {
  readonly from: 'secretsmanager'
  /** The whole name: no prefix is put before it. */
  readonly name: string
  /** A staging label; default: AWSCURRENT. */
  readonly label?: string
  /** The ID of a version. */
  readonly version?: string
}

export type ValueRef = ParameterRef | SecretRef

export type StoredParameter = {
  readonly ref: ParameterRef
  readonly value: SecretValue
  readonly version: number
}

export type StoredValue = {
  readonly ref: ValueRef
  readonly value: SecretValue
  /** The value is the base64 of bytes, as Secrets Manager returns those of a binary secret. */
  readonly isBinary?: true
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
  /** What a failure names that follows from several answers, or from none. */
  readonly peer: () => Peer
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

/** For callers that only read, from both services. Each call is for parameters, or for one secret. */
export type ParameterReader = Pick<ParameterStore, 'peer'> & {
  readonly get: (refs: readonly ValueRef[]) => Promise<{
    readonly found: readonly StoredValue[]
    readonly missing: readonly ValueRef[]
  }>
}

/**
 * `name` or `name:selector`, as SSM writes it, and `secretsmanager:name`, perhaps with `:label=` or `:version=`, for secrets.
 * A name has no colon, and that of a parameter begins with a slash, so no two refs have one text.
 */
export function formatRef(ref: ValueRef): string {
  if (!isSecretRef(ref)) return ref.selector === undefined ? ref.name : `${ref.name}:${ref.selector}`
  const { from, name, label, version } = ref
  const which = version === undefined ? '' : `:version=${version}`
  return `${from}:${name}${which}${label === undefined ? '' : `:label=${label}`}`
}

export function isSecretRef(ref: ValueRef): ref is SecretRef {
  return ref.from === 'secretsmanager'
}

/** The inverse of formatRef, for parameters. */
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

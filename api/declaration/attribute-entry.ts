/** What an entry of the table of attributes says, and the types that are derived from a table. */
import type { DiagnosticCode } from '../diagnostic.ts'
import type { Parsed } from '../parsed.ts'
import { type SecretKind, secretKinds, type SecretType } from './secret-type.ts'

/** What may have attributes: secrets, by their kind, resources and compositions. */
export type Taker = SecretKind | 'resource' | 'compose'

/** What the value of one attribute may depend on. */
export type AttributeContext = {
  readonly taker: Taker
  /** Undefined where it is missing or wrong. */
  readonly type: SecretType | undefined
  readonly from: StoreAttribute
}

/** Undefined: Parameter Store. `unknown`: the attribute `from` is wrong, so what depends on it cannot be judged. */
export type StoreAttribute = 'secretsmanager' | 'unknown' | undefined

type AttributeEntry<V, On extends Taker = Taker, Required extends Taker = Taker> = {
  readonly on: readonly On[]
  /** Which of those must have it. */
  readonly required: readonly Required[]
  /** Which types of DYNAMIC secrets must have it, beside those. */
  readonly requiredByTypes?: readonly SecretType[]
  /** Which others may have it, without any effect. */
  readonly ignoredOn?: readonly Taker[]
  /** On all others it has no effect, and is warned of like an attribute that is not known. */
  readonly ignoredElsewhere?: true
  /** Attributes that are not allowed beside it. */
  readonly excludes?: readonly string[]
  /** Attributes without which it is not allowed. */
  readonly needs?: readonly string[]
  /** For the documents, in Markdown. */
  readonly meaning: string
  /** Of the diagnostic of a wrong value. */
  readonly code: DiagnosticCode
  /** What to write, for a message about an attribute that is missing. */
  readonly allowed: (context: AttributeContext) => string
  /** The messages follow the attribute's name. Undefined: cannot be judged in this context. */
  readonly parse: (text: string, context: AttributeContext) => Parsed<V> | undefined
  /** The text that parse reads back as the same value. */
  readonly format: (value: V) => string
}

/** Enough for messages and documents. */
export type AttributeDescription = Omit<AttributeEntry<unknown>, 'parse' | 'format'>

export type AttributeTable<S> = { readonly [K in keyof S]: AttributeEntry<S[K]> }

/** The values that a table describes, by the names of the attributes. */
export type AttributeValues<T> = { readonly [K in keyof T]: T[K] extends AttributeEntry<infer V> ? V : never }

/** The values that a declaration has, by what it is. */
export type ValuesOn<T, W extends Taker> = {
  readonly [
    K in keyof T as T[K] extends { readonly required: readonly (infer R)[] }
      ? W extends R
        ? K
        : never
      : never
  ]: T[K] extends AttributeEntry<infer V> ? V : never
} & {
  readonly [
    K in keyof T as T[K] extends { readonly on: readonly (infer On)[] } ? (W extends On ? K : never) : never
  ]?: T[K] extends AttributeEntry<infer V> ? V : never
}

/** The compiler infers the types of an entry. */
export function attribute<V, const On extends Taker, const Required extends Taker = never>(
  entry: AttributeEntry<V, On, Required>,
): AttributeEntry<V, On, Required> {
  return entry
}

/** For messages and documents: `DYNAMIC secrets`; of both kinds `secrets`. */
export function nameTakers(takers: readonly Taker[]): readonly string[] {
  const kinds = secretKinds.filter((one) => takers.includes(one))
  const secrets = kinds.length === secretKinds.length ? ['secrets'] : kinds.map((one) => `${one} secrets`)
  return [
    ...secrets,
    ...(takers.includes('resource') ? ['resources'] : []),
    ...(takers.includes('compose') ? ['compositions'] : []),
  ]
}

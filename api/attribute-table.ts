/**
 * The attributes of declarations. The types of declarations, parsing, formatting, suggestions, the lists of what is known
 * and docs/reference/annotations.md are derived from this table, so a new attribute is one new entry.
 */
import { type DiagnosticCode, quote } from './diagnostic.ts'
import { validateStorageKey } from './parameter-name.ts'
import { checked, invalid, type Parsed } from './parsed.ts'
import {
  allowedSizes,
  parseSize,
  type SecretKind,
  secretKinds,
  type SecretType,
  secretTypes,
} from './secret-type.ts'

/** What may have attributes: secrets, by their kind, and resources. */
export type Taker = SecretKind | 'resource'

type AttributeEntry<V, On extends Taker = Taker, Required extends Taker = Taker> = {
  readonly on: readonly On[]
  /** Which of those must have it. */
  readonly required: readonly Required[]
  /** Which others may have it, without any effect. */
  readonly ignoredOn?: readonly Taker[]
  /** Attributes that are not allowed beside it. */
  readonly excludes?: readonly string[]
  /** For the documents, in Markdown. */
  readonly meaning: string
  /** Of the diagnostic of a wrong value. */
  readonly code: DiagnosticCode
  /** Values that are refused until they are supported, with a code of their own. */
  readonly notYet?: readonly string[]
  /** What to write, for a message about an attribute that is missing. @param type of the secret; undefined where it is wrong. */
  readonly allowed: (type: SecretType | undefined) => string
  /** The messages follow the attribute's name. Undefined: cannot be judged without a type. */
  readonly parse: (text: string, type: SecretType | undefined) => Parsed<V> | undefined
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
  return takers.includes('resource') ? [...secrets, 'resources'] : secrets
}

const allowedKinds = `allowed are ${secretKinds.join(' and ')}`
const allowedTypes = `allowed are ${secretTypes.join(', ')}`

const asIs = (text: string): string => text

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
const labelPattern = /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/i

export const attributeTable = {
  kind: attribute({
    on: ['DYNAMIC', 'REFERENCE'],
    required: ['DYNAMIC', 'REFERENCE'],
    meaning: '`DYNAMIC`: the creator creates it if it does not exist. `REFERENCE`: somebody else stores it',
    code: 'BAD_KIND',
    allowed: () => allowedKinds,
    parse: (text): Parsed<SecretKind> => parseWord(text, secretKinds, allowedKinds),
    format: asIs,
  }),
  type: attribute({
    on: ['DYNAMIC', 'REFERENCE'],
    required: ['DYNAMIC', 'REFERENCE'],
    meaning: `One of ${secretTypes.map((one) => `\`${one}\``).join(', ')}`,
    code: 'BAD_TYPE',
    notYet: ['GPG'],
    allowed: () => allowedTypes,
    parse: (text): Parsed<SecretType> => parseWord(text, secretTypes, allowedTypes),
    format: asIs,
  }),
  /** Bits: the key length of RSA, the number of random bits of RANDOM, eight times the characters of PASSWORD. */
  size: attribute({
    on: ['DYNAMIC'],
    required: ['DYNAMIC'],
    ignoredOn: ['REFERENCE'],
    meaning: `In bits. ${secretTypes.map((one) => `${one}: ${allowedSizes(one)}`).join('; ')}`,
    code: 'BAD_SIZE',
    allowed: (type) =>
      type === undefined ? 'kind DYNAMIC needs it' : `type ${type} takes ${allowedSizes(type)}`,
    parse: (text, type): Parsed<number> | undefined => {
      if (type === undefined) return undefined
      const value = parseSize(type, text)
      if (value !== undefined) return { value }
      return invalid(`${quote(text)} is not allowed: type ${type} takes ${allowedSizes(type)}`)
    },
    format: String,
  }),
  /** Stands in for the name in the parameter's name. */
  storageKey: attribute({
    on: ['DYNAMIC', 'REFERENCE', 'resource'],
    required: [],
    meaning: "Replaces the name of the declaration in the parameter's name",
    code: 'BAD_STORAGE_KEY',
    allowed: () => 'any key of a parameter',
    parse: (text): Parsed<string> =>
      text === ''
        ? invalid('is empty', 'leave it out to store the parameter under the name of the declaration')
        : checked(text, validateStorageKey(text)),
    format: asIs,
  }),
  version: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    excludes: ['label'],
    meaning: 'The version of the parameter that is read; default: the newest',
    code: 'BAD_PIN',
    allowed: () => 'a whole number from 1',
    parse: (text): Parsed<number> =>
      /^[1-9][0-9]{0,14}$/.test(text) ? { value: Number(text) } : invalid('must be a whole number from 1'),
    format: String,
  }),
  label: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    excludes: ['version'],
    meaning: 'The label of the version that is read',
    code: 'BAD_PIN',
    allowed: () => 'a label of SSM',
    parse: (text): Parsed<string> =>
      labelPattern.test(text)
        ? { value: text }
        : invalid(
            'must be at most 100 letters, digits, "_", "." and "-", not beginning with a digit, aws or ssm: SSM refuses others',
          ),
    format: asIs,
  }),
}

function parseWord<T extends string>(text: string, words: readonly T[], allowed: string): Parsed<T> {
  const value = words.find((one) => one === text)
  return value === undefined ? invalid(`${quote(text)} is not known: ${allowed}`) : { value }
}

/**
 * The options of a function. One table of them gives the type of the configuration, the parsing of functionConfig, the
 * JSON Schema, the flags of `kees`, `--help` and the reference. A value is typed (in a functionConfig's spec) or text
 * (in a ConfigMap's data, or of a flag).
 */
import { about, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { hasAll } from '../../../api/has-all.ts'
import type { Parsed } from '../../../api/parsed.ts'
import { notKnown } from '../../../api/suggest.ts'
import type { Value } from '../../yaml/value.ts'
import { hasType, type JsonSchema, type TypeOf } from './json-schema.ts'

type Option<T> = {
  /** For people: `string`, `true or false`, `YAML`. */
  readonly takes: string
  readonly default: T
  /** How the default is shown where its own text would not be understood. */
  readonly defaultText?: string
  readonly meaning: string
  /** Of a value in a functionConfig's spec. */
  readonly schema: JsonSchema
  /** Text is YAML, as where a ConfigMap can only hold strings. */
  readonly structured: boolean
  /** What is wrong follows the option's name. */
  readonly parse: (value: Value) => Parsed<T>
}

/** The description of an option of any type: enough for help and reference. */
export type OptionDescription = Omit<Option<unknown>, 'parse'>

type Description<S, T> = {
  readonly meaning: string
  readonly schema: S & JsonSchema
  readonly default: T
  readonly defaultText?: string
  /** Where the schema does not have it. */
  readonly takes?: string
  /** The value that a string means, where an option of another type may be given as a string. */
  readonly fromText?: (text: string) => Value
}

/** An option whose value is used as it is. */
export function option<const S>(description: Description<S, TypeOf<S>>): Option<TypeOf<S>> {
  return parsedOption<S, TypeOf<S>>(description, (value): Parsed<TypeOf<S>> => ({ value }))
}

/**
 * @param read gets only values of the right type, and checks what the schema cannot express. Texts in them may be invalid,
 * which is reported already.
 */
export function parsedOption<const S, T>(
  { fromText, ...description }: Description<S, T>,
  read: (value: TypeOf<S>) => Parsed<T>,
): Option<T> {
  const { schema } = description
  return {
    takes: takenBy(schema),
    ...description,
    structured: 'type' in schema && (schema.type === 'array' || schema.type === 'object'),
    parse: (given) => {
      const value: unknown = typeof given === 'string' && fromText ? fromText(given) : given
      const diagnostics: Diagnostic[] = []
      const parsed = hasType<S>(schema, value, (one) => diagnostics.push(one)) ? read(value) : undefined
      if (parsed?.diagnostics !== undefined) diagnostics.push(...parsed.diagnostics)
      return parsed && diagnostics.length === 0 ? parsed : { diagnostics }
    },
  }
}

export function booleanOption(meaning: string): Option<boolean> {
  const schema = { type: 'boolean' } as const
  return option({
    meaning,
    default: false,
    schema,
    fromText: (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
  })
}

function takenBy(schema: JsonSchema): string {
  if ('enum' in schema) return schema.enum.map((one) => (one === '' ? '""' : one)).join(' or ')
  if ('anyOf' in schema) return schema.anyOf.map(takenBy).join(' or ')
  if (schema.type === 'boolean') return 'true or false'
  return schema.type === 'array' || schema.type === 'object' ? 'YAML' : schema.type
}

type OptionTable<C> = { readonly [K in keyof C]: Option<C[K]> }

/** The configuration that a table of options describes. */
export type ConfigOf<T> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never }

export type GivenOption = { readonly name: string; readonly value: Value }

/** What a message calls an option: as the user wrote it, or would. @param shown in place of the name. */
export type OptionNaming = (name: string, shown?: string) => string

export type GivenOptions = {
  readonly given: readonly GivenOption[]
  /** Present where the options came as strings and structured ones are YAML text. */
  readonly parseYaml?: (text: string) => Parsed<Value>
  /** Absent: as those of a functionConfig, which is all that a function knows. */
  readonly nameOption?: OptionNaming
}

/** How the options were given. */
export type OptionUse = {
  /** For messages about options, those that were not given too. */
  readonly nameOption: OptionNaming
  /** The names of the options that were given. */
  readonly explicit: ReadonlySet<string>
}

export type ParsedConfig<C> = { readonly config: C; readonly diagnostics: readonly Diagnostic[] }

/** All that is wrong is reported at once; an option that is absent or wrong has its default. */
export function parseOptions<C>(table: OptionTable<C>, options: GivenOptions): ParsedConfig<C & OptionUse> {
  const { nameOption = nameInConfig, parseYaml } = options
  const given = new Map(options.given.map(({ name, value }) => [name, value]))
  const known = Object.keys(table)
  const diagnostics = [...given.keys()]
    .filter((name) => !known.includes(name))
    .flatMap((name) => about(nameOption(name, quote(name)), [notKnown(name, known)]))
  const take = <T>(name: string, one: Option<T>): T => {
    const value = given.get(name)
    if (value === undefined) return one.default
    const parsed = parseOption(one, value, parseYaml)
    if (parsed.diagnostics === undefined) return parsed.value
    diagnostics.push(...about(nameOption(name), parsed.diagnostics))
    return one.default
  }
  const config: Partial<C> = {}
  for (const name in table) config[name] = take(name, table[name])
  if (!hasAll(table, config)) throw new Error('an option has no value')
  return { config: { ...config, nameOption, explicit: new Set(given.keys()) }, diagnostics }
}

function parseOption<T>(one: Option<T>, value: Value, parseYaml: GivenOptions['parseYaml']): Parsed<T> {
  if (!one.structured || !parseYaml || typeof value !== 'string') return one.parse(value)
  const read = parseYaml(value)
  return read.diagnostics === undefined ? one.parse(read.value) : read
}

export const nameInConfig: OptionNaming = (name, shown = name) => `option ${shown}`

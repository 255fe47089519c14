/**
 * The options of a function: one table gives the parsing of functionConfig, the flags of `kees` and the reference.
 * A value comes typed (from a functionConfig's spec) or as text (from a ConfigMap's data, or a flag).
 */
import { notKnown } from '../../api/suggest.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import type { Value } from '../yaml/value.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'

export type Option<T> = {
  /** For people: `text`, `yes or no`, `YAML`. */
  readonly takes: string
  readonly default: T
  /** How the default is shown where its own text does not say it. */
  readonly defaultText?: string
  readonly meaning: string
  /** What is wrong follows the option's name. */
  readonly parse: (value: Value) => Parsed<T>
  /** Text is YAML, as where a ConfigMap can only hold strings. */
  readonly structured?: boolean
  /** Of a value in a functionConfig's spec; what a schema cannot say, parse says. */
  readonly schema: JsonSchema
}

/** https://json-schema.org/draft/2020-12/json-schema-core */
export type JsonSchema = { readonly [keyword: string]: Value }

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

/** What describes an option, whatever its type: enough for help and reference. */
export type OptionDescription = Omit<Option<unknown>, 'parse'>

export type OptionReader = {
  /** The given value of an option, or its default; a value that does not parse is noted and gives the default. */
  readonly take: <T>(name: string, option: Option<T>) => T
  readonly nameOption: OptionNaming
  /** The names that were given. */
  readonly explicit: ReadonlySet<string>
  /** Grows with every take. */
  readonly diagnostics: readonly Diagnostic[]
}

export function readOptions(
  { given, parseYaml, nameOption = nameInConfig }: GivenOptions,
  known: readonly string[],
): OptionReader {
  const values = new Map(given.map(({ name, value }) => [name, value]))
  const diagnostics = [...values.keys()]
    .filter((name) => !known.includes(name))
    .flatMap((name) => about(nameOption(name, quote(name)), [notKnown(name, known)]))
  const parse = <T>(option: Option<T>, value: Value): Parsed<T> => {
    if (!option.structured || !parseYaml || typeof value !== 'string') return option.parse(value)
    const read = parseYaml(value)
    return read.diagnostics === undefined ? option.parse(read.value) : read
  }
  const take = <T>(name: string, option: Option<T>): T => {
    const value = values.get(name)
    if (value === undefined) return option.default
    const parsed = parse(option, value)
    if (parsed.diagnostics === undefined) return parsed.value
    diagnostics.push(...about(nameOption(name), parsed.diagnostics))
    return option.default
  }
  return { take, nameOption, explicit: new Set(values.keys()), diagnostics }
}

export const nameInConfig: OptionNaming = (name, shown = name) => `option ${shown}`

export function textOption(
  meaning: string,
  byDefault: string,
  validate: (text: string) => Diagnostic | undefined = () => undefined,
): Option<string> {
  return {
    takes: 'text',
    default: byDefault,
    meaning,
    schema: { type: 'string' },
    parse: (value) => {
      if (typeof value !== 'string') return invalid('must be a string', 'put it in quotes')
      const wrong = validate(value)
      return wrong === undefined ? { value } : { diagnostics: about(shownText(value), [wrong]) }
    },
  }
}

/** A value as the subject of what is wrong with it; nothing where it has no short text. */
export function shownText(value: Value): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? quote(value) : ''
}

export function booleanOption(meaning: string): Option<boolean> {
  return {
    takes: 'true or false',
    default: false,
    meaning,
    schema: { type: 'boolean' },
    parse: (value) => {
      if (value === true || value === 'true') return { value: true }
      if (value === false || value === 'false') return { value: false }
      return { diagnostics: about(shownText(value), [{ message: 'is neither true nor false' }]) }
    },
  }
}

export function choiceOption<T extends string>(
  meaning: string,
  allowed: readonly T[],
  byDefault: T,
  defaultText?: string,
): Option<T> {
  return {
    takes: allowed.map((one) => (one === '' ? '""' : one)).join(' or '),
    default: byDefault,
    ...(defaultText === undefined ? {} : { defaultText }),
    meaning,
    schema: { enum: allowed },
    parse: (value) => parseChoice(value, allowed),
  }
}

export function parseChoice<T extends string>(value: Value, allowed: readonly T[]): Parsed<T> {
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return { value: found }
  const list = allowed.map((one) => JSON.stringify(one)).join(', ')
  return invalid(`is ${typeof value === 'string' ? quote(value) : 'not a string'}: allowed are ${list}`)
}

/** Given as YAML: as it is in a functionConfig's spec, as text in a ConfigMap's data or a flag. */
export function yamlOption<T>(
  meaning: string,
  byDefault: T,
  defaultText: string,
  schema: JsonSchema,
  parse: (value: Value) => Parsed<T>,
): Option<T> {
  return { takes: 'YAML', default: byDefault, defaultText, meaning, schema, parse, structured: true }
}

/**
 * The JSON Schema of an option's value. Editors read it, the functions check values against it, and the type of the
 * value is derived from it, so that the three cannot differ. Only the keywords that the options need are here.
 * https://json-schema.org/draft/2020-12/json-schema-core
 */
import { about, type Diagnostic } from '../../../api/diagnostic.ts'
import { isMap, type JsonMap } from '../../../api/json.ts'
import type { Value, ValueMap } from '../../yaml/value.ts'
import { shownText } from './shown-text.ts'
import { shownKey, unknownKeys } from './unknown-keys.ts'

export type JsonSchema = StringSchema | OtherSchema

type StringSchema = {
  readonly type: 'string'
  readonly pattern?: string
  /** The message follows the value. Visual Studio Code shows it too. */
  readonly patternErrorMessage?: string
  /** What a pattern cannot express; JSON.stringify leaves it out. The messages follow the value. */
  readonly validate?: (text: string) => readonly Diagnostic[]
}

type OtherSchema =
  | { readonly type: 'number' | 'boolean' | 'null' }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly enum: readonly string[] }
  | { readonly anyOf: readonly JsonSchema[] }
  | { readonly type: 'array'; readonly items: JsonSchema }
  | ObjectSchema

type ObjectSchema = {
  readonly type: 'object'
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** Exactly one of these properties is there. */
  readonly oneOf?: readonly { readonly required: readonly [string] }[]
  /** Of all other properties; `false` where there are none. Absent: anything. */
  readonly additionalProperties?: false | JsonSchema
}

/** The type of the values that a schema allows. */
export type TypeOf<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly anyOf: readonly (infer A)[] }
    ? A extends unknown
      ? TypeOf<A>
      : never
    : S extends { readonly type: 'array'; readonly items: infer I }
      ? readonly TypeOf<I>[]
      : S extends { readonly type: 'object' }
        ? ObjectOf<S>
        : S extends { readonly type: infer N extends keyof Scalars }
          ? Scalars[N]
          : Value

type Scalars = {
  readonly string: string
  readonly number: number
  readonly integer: number
  readonly boolean: boolean
  readonly null: null
}

type ObjectOf<S> = S extends { readonly properties: infer P }
  ? { readonly [K in keyof P & RequiredOf<S>]: TypeOf<P[K]> } & {
      readonly [K in Exclude<keyof P, RequiredOf<S>>]?: TypeOf<P[K]>
    }
  : S extends { readonly additionalProperties: infer A extends JsonSchema }
    ? { readonly [key: string]: TypeOf<A> }
    : ValueMap

type RequiredOf<S> = S extends { readonly required: readonly (infer R)[] } ? R : never

/**
 * Whether a value has the type that a schema describes. @param report gets everything that is wrong, also with texts, whose
 * type is right. A message begins with the path in the value, if it is not about the value itself.
 */
export function hasType<S>(schema: S & JsonSchema, value: unknown, report: Report): value is TypeOf<S>
export function hasType(schema: JsonSchema, value: unknown, report: Report): boolean {
  return check(schema, value, '', report)
}

type Report = (diagnostic: Diagnostic) => void

function check(schema: JsonSchema, value: unknown, path: string, report: Report): boolean {
  const reportHere = (diagnostic: Diagnostic) => about(path, [diagnostic]).forEach(report)
  if (!isOfKind(schema, value)) {
    const wrong = { message: `must be ${describe(schema)}`, ...remedy(schema, value) }
    about(isQuotable(schema) ? shownText(value) : '', [wrong]).forEach(reportHere)
    return false
  }
  if ('enum' in schema) return true
  if ('anyOf' in schema) {
    const alike = schema.anyOf.find((one) => isOfKind(one, value))
    return alike !== undefined && check(alike, value, path, report)
  }
  if (schema.type === 'string' && typeof value === 'string') return checkText(schema, value, reportHere)
  if (schema.type === 'array' && Array.isArray(value)) return checkItems(schema.items, value, path, report)
  return schema.type !== 'object' || !isMap(value) || checkProperties(schema, value, path, report)
}

/** Whether the value itself is right, without a look at what is in it. */
function isOfKind(schema: JsonSchema, value: unknown): boolean {
  if ('anyOf' in schema) return schema.anyOf.some((one) => isOfKind(one, value))
  if ('enum' in schema) return schema.enum.some((one) => one === value)
  if (schema.type === 'array') return Array.isArray(value)
  if (schema.type === 'object') return isMap(value)
  if (schema.type === 'null') return value === null
  if (schema.type !== 'integer') return typeof value === schema.type
  return Number.isInteger(value) && Number(value) >= schema.minimum && Number(value) <= schema.maximum
}

/** Where a list, a map or any text is expected, the value may be a credential in the wrong place. */
function isQuotable(schema: JsonSchema): boolean {
  return !('type' in schema) || !['string', 'array', 'object'].includes(schema.type)
}

function remedy(schema: JsonSchema, value: unknown): Pick<Diagnostic, 'hint'> {
  const isUnquoted = typeof value === 'number' || typeof value === 'boolean'
  return isUnquoted && 'type' in schema && schema.type === 'string' ? { hint: 'put it in quotes' } : {}
}

function checkText(
  { pattern, patternErrorMessage, validate }: StringSchema,
  text: string,
  report: Report,
): true {
  const isRefused = pattern !== undefined && !new RegExp(pattern, 'u').test(text)
  const wrong = isRefused ? [{ message: patternErrorMessage ?? `must match ${pattern}` }] : validate?.(text)
  about(shownText(text), wrong ?? []).forEach(report)
  return true
}

function checkItems(items: JsonSchema, list: readonly unknown[], path: string, report: Report): boolean {
  const results = list.map((one, index) => check(items, one, `${path}[${index}]`, report))
  return results.every(Boolean)
}

function checkProperties(schema: ObjectSchema, map: JsonMap, path: string, report: Report): boolean {
  const { properties = {}, required = [], additionalProperties } = schema
  const known = Object.keys(properties)
  const unknown = additionalProperties === false ? unknownKeys(map, known) : []
  const missing = required
    .filter((key) => !Object.hasOwn(map, key))
    .map((key) => ({ message: `.${key} is missing` }))
  const wrong = [...unknown, ...missing, ...checkChoice(schema, map)]
  about(path, wrong).forEach(report)
  const results = Object.entries(map).map(([key, value]) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
    return !property || check(property, value, `${path}.${shownKey(key)}`, report)
  })
  return wrong.length === 0 && results.every(Boolean)
}

function checkChoice(schema: ObjectSchema, map: JsonMap): Diagnostic[] {
  const names = choiceIn(schema)
  const given = names.filter((name) => Object.hasOwn(map, name))
  if (names.length === 0 || given.length === 1) return []
  if (given.length === 0) return [{ message: `must have ${listOf(names, 'or')}` }]
  return [{ message: `must not have both ${listOf(given, 'and')}` }]
}

function choiceIn({ oneOf = [] }: ObjectSchema): readonly string[] {
  return oneOf.map(({ required: [name] }) => name)
}

/** What a value must be. */
function describe(schema: JsonSchema): string {
  if ('anyOf' in schema) return schema.anyOf.filter(isNotNull).map(describe).join(', or ')
  if ('enum' in schema) {
    const allowed = schema.enum.map((one) => JSON.stringify(one)).join(', ')
    return schema.enum.length === 1 ? allowed : `one of ${allowed}`
  }
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type === 'array') return `a list of ${describeItems(schema.items)}`
  if (schema.type === 'object') return `a map${namesIn(schema)}`
  return schema.type === 'null' ? 'null' : `a ${schema.type}`
}

function isNotNull(schema: JsonSchema): boolean {
  return !('type' in schema) || schema.type !== 'null'
}

function describeItems(items: JsonSchema): string {
  if ('type' in items && items.type === 'string') return 'strings'
  return 'type' in items && items.type === 'object' ? `maps${namesIn(items)}` : 'values'
}

function namesIn(schema: ObjectSchema): string {
  const { properties = {}, required = [] } = schema
  const choice = choiceIn(schema)
  if (choice.length > 0) return ` with ${listOf([...required, `either ${listOf(choice, 'or')}`], 'and')}`
  const optional = Object.keys(properties).filter((name) => !required.includes(name))
  if (required.length === 0) return optional.length === 0 ? '' : ` with ${listOf(optional, 'or')}`
  const rest = optional.length === 0 ? '' : `, and optionally ${listOf(optional, 'or')}`
  return ` with ${listOf(required, 'and')}${rest}`
}

function listOf(names: readonly string[], last: string): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(` ${last} `)
}

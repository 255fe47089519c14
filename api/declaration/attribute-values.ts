/** Reads and formats the values that a table of attributes describes. */
import { attributeLabel } from './attribute-label.ts'
import {
  type AttributeContext,
  type AttributeDescription,
  type AttributeTable,
  nameTakers,
  type Taker,
} from './attribute-entry.ts'
import type { Attribute, PlacedAttribute } from './attributes.ts'
import {
  about,
  type AnnotationDiagnostic,
  type Diagnostic,
  type DiagnosticCode,
  quote,
} from '../diagnostic.ts'
import { foreignHint } from './foreign-attributes.ts'
import { closestWord, didYouMean } from '../suggest.ts'

/** @param wrong a message where there is no hint. */
export type Report = (
  code: DiagnosticCode,
  wrong: string | Diagnostic,
  severity?: AnnotationDiagnostic['severity'],
) => void

/** Undefined is the value of an attribute whose name is misspelt, or whose value is malformed: reported already, and not missing. */
type Given = ReadonlyMap<string, string | undefined>

/** The names of the attributes that any of these takers may have. */
export function knownOn<S>(table: AttributeTable<S>, takers: readonly Taker[]): readonly string[] {
  const names: string[] = []
  for (const name in table) {
    const { on, ignoredOn = [] } = table[name]
    if (takers.some((one) => on.includes(one) || ignoredOn.includes(one))) names.push(name)
  }
  return names
}

/** The names of the attributes that none of these takers may have, and that must not be lost there. */
export function refusedOn<S>(table: AttributeTable<S>, takers: readonly Taker[]): readonly string[] {
  const known = knownOn(table, takers)
  const names: string[] = []
  for (const name in table) if (!known.includes(name) && !table[name].ignoredElsewhere) names.push(name)
  return names
}

/** @param known on the declaration. @param refused which readValues reports. @param malformed the names of those that are reported already. */
export function readAttributes(
  known: readonly string[],
  refused: readonly string[],
  attributes: readonly PlacedAttribute[],
  malformed: readonly string[],
  report: Report,
): Given {
  const given = new Map<string, string | undefined>()
  const seen = new Set<string>()
  let listed = false
  for (const { name, value, position } of attributes) {
    const meant = known.includes(name) ? undefined : closestWord(name, known)
    const foreign = known.includes(name) ? undefined : foreignHint(name)
    if (seen.has(name)) {
      report('DUPLICATE_ATTRIBUTE', `${attributeLabel(name, position)} is declared twice`)
    } else if (known.includes(name) || refused.includes(name)) {
      given.set(name, value)
    } else if (foreign !== undefined) {
      report('UNKNOWN_ATTRIBUTE', { message: `attribute ${quote(name)} is not known to kees`, hint: foreign })
    } else if (meant !== undefined) {
      if (!given.has(meant)) given.set(meant, undefined)
      const message = `attribute ${quote(name)} is not known`
      report('MISSPELT_ATTRIBUTE', { message, ...didYouMean(meant) })
    } else {
      const ignored = `${attributeLabel(name, position)} is not known and has no effect`
      // Once for a declaration: the text of an annotation decides how many are unknown.
      report('UNKNOWN_ATTRIBUTE', listed ? ignored : `${ignored}; known are ${known.join(', ')}`, 'warning')
      listed = true
    }
    seen.add(name)
  }
  for (const name of malformed) if (known.includes(name) && !given.has(name)) given.set(name, undefined)
  return given
}

/** The valid values; all others are reported. */
export function readValues<S>(
  table: AttributeTable<S>,
  given: Given,
  context: AttributeContext,
  report: Report,
): Partial<S> {
  const values: Partial<S> = {}
  const done = new Set<string>()
  for (const name in table) {
    const entry = table[name]
    const text = given.get(name)
    if (text === undefined) {
      if (isRequired(entry, context) && !given.has(name))
        report('MISSING_ATTRIBUTE', `attribute "${name}" is missing: ${entry.allowed(context)}`)
      continue
    }
    done.add(name)
    const excluded = (entry.excludes ?? []).filter((other) => given.get(other) !== undefined)
    const missing = (entry.needs ?? []).filter((other) => !given.has(other))
    if (!entry.on.includes(context.taker)) {
      if (!entry.ignoredOn?.includes(context.taker))
        report('ATTRIBUTE_NOT_ALLOWED', notAllowed(name, entry, context.taker))
    } else {
      for (const other of excluded.filter((one) => !done.has(one)))
        report('ATTRIBUTE_NOT_ALLOWED', `attributes "${name}" and "${other}" must not be used together`)
      for (const other of missing)
        report('MISSING_ATTRIBUTE', `attribute "${name}" is only allowed together with "${other}"`)
      const parsed = entry.parse(text, context)
      if (parsed?.diagnostics) for (const one of about(name, parsed.diagnostics)) report(entry.code, one)
      else if (parsed) values[name] = parsed.value
    }
  }
  return values
}

function isRequired(
  { required, requiredByTypes = [] }: AttributeDescription,
  { taker, type }: AttributeContext,
): boolean {
  return (
    required.includes(taker) || (taker === 'DYNAMIC' && type !== undefined && requiredByTypes.includes(type))
  )
}

function notAllowed(name: string, { on }: AttributeDescription, taker: Taker): string {
  const allowed = nameTakers(on).join(' and ')
  return `attribute "${name}" is not allowed on ${nameTakers([taker]).join()}: only on ${allowed}`
}

/** In the order of the table. */
export function formatValues<S>(table: AttributeTable<S>, values: Partial<S>): readonly Attribute[] {
  const attributes: Attribute[] = []
  for (const name in table) {
    const value: S[typeof name] | undefined = values[name]
    if (value !== undefined) attributes.push({ name, value: table[name].format(value) })
  }
  return attributes
}

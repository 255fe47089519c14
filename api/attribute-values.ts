/** Reads and formats the values that a table of attributes describes. */
import { attributeLabel } from './attribute-label.ts'
import { type AttributeDescription, type AttributeTable, nameTakers, type Taker } from './attribute-table.ts'
import type { Attribute, PlacedAttribute } from './attributes.ts'
import {
  about,
  type AnnotationDiagnostic,
  type Diagnostic,
  type DiagnosticCode,
  quote,
} from './diagnostic.ts'
import type { SecretType } from './secret-type.ts'
import { closestWord, didYouMean } from './suggest.ts'

/** @param wrong a message where there is no hint. */
export type Report = (
  code: DiagnosticCode,
  wrong: string | Diagnostic,
  severity?: AnnotationDiagnostic['severity'],
) => void

/** Undefined is the value of an attribute whose name is misspelt: reported already, and not missing. */
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

export function readAttributes(
  known: readonly string[],
  attributes: readonly PlacedAttribute[],
  report: Report,
): Given {
  const given = new Map<string, string | undefined>()
  const seen = new Set<string>()
  for (const { name, value, position } of attributes) {
    const meant = known.includes(name) ? undefined : closestWord(name, known)
    if (seen.has(name)) {
      report('DUPLICATE_ATTRIBUTE', `${attributeLabel(name, position)} is declared twice`)
    } else if (known.includes(name)) {
      given.set(name, value)
    } else if (meant !== undefined) {
      if (!given.has(meant)) given.set(meant, undefined)
      const message = `attribute ${quote(name)} is not known`
      report('MISSPELT_ATTRIBUTE', { message, ...didYouMean(quote(meant)) })
    } else {
      const ignored = `${attributeLabel(name, position)} is not known and has no effect; known are ${known.join(', ')}`
      report('UNKNOWN_ATTRIBUTE', ignored, 'warning')
    }
    seen.add(name)
  }
  return given
}

type Context = { readonly taker: Taker; readonly type: SecretType | undefined }

/** The valid values; all others are reported. */
export function readValues<S>(
  table: AttributeTable<S>,
  given: Given,
  context: Context,
  report: Report,
): Partial<S> {
  const values: Partial<S> = {}
  const done = new Set<string>()
  for (const name in table) {
    const entry = table[name]
    const text = given.get(name)
    const excluded = (entry.excludes ?? []).filter((other) => given.get(other) !== undefined)
    done.add(name)
    if (text === undefined) {
      if (!given.has(name) && entry.required.includes(context.taker))
        report('MISSING_ATTRIBUTE', `attribute "${name}" is missing: ${entry.allowed(context.type)}`)
    } else if (!entry.on.includes(context.taker)) {
      if (!entry.ignoredOn?.includes(context.taker))
        report('ATTRIBUTE_NOT_ALLOWED', notAllowed(name, entry, context.taker))
    } else if (excluded.length > 0) {
      for (const other of excluded.filter((one) => !done.has(one)))
        report('ATTRIBUTE_NOT_ALLOWED', `attributes "${name}" and "${other}" must not be used together`)
    } else if (entry.notYet?.includes(text)) {
      report('NOT_SUPPORTED', `${name} ${quote(text)} is not supported yet: ${entry.allowed(context.type)}`)
    } else {
      const parsed = entry.parse(text, context.type)
      if (parsed?.diagnostics) for (const one of about(name, parsed.diagnostics)) report(entry.code, one)
      else if (parsed) values[name] = parsed.value
    }
  }
  return values
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

/** The texts of compositions, from the values that they refer to. */
import { type CompositionPart, type Reference } from '../../../api/declaration/composition-text.ts'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { exitCode } from '../../../api/exit-code.ts'
import { invalid, type Parsed } from '../../../api/parsed.ts'
import type { Composed } from '../../../api/pod/pod-annotations.ts'
import { secretValue } from '../../secret-value.ts'
import { type DeliveredValue, textValue } from '../../values/delivered-value.ts'
import { escapeText } from '../../values/escape.ts'
import type { Delivered } from './delivered.ts'
import type { InitDiagnostic } from './report.ts'

/** In a message about a composed text. */
const mostNamed = 5

type Composing = { readonly delivered: readonly Delivered[]; readonly diagnostics: readonly InitDiagnostic[] }

/**
 * @param values without those that are wrong: what refers to them is left out, because they are reported themselves.
 * @param most characters of all texts together. @returns undefined where they would have more.
 */
export function composeTexts(
  composed: readonly Composed[],
  values: readonly Delivered[],
  most: number,
): Composing | undefined {
  const byName = new Map(values.map((one) => [one.declaration.name, one]))
  const delivered: Delivered[] = []
  const diagnostics: InitDiagnostic[] = []
  let left = most
  for (const { annotation, declaration } of composed) {
    const parts: string[] = []
    const wrong: InitDiagnostic[] = []
    let isKnown = true
    const absent = new Set<string>()
    const used = new Set<string>()
    for (const part of declaration.text) {
      const of = typeof part === 'string' ? undefined : byName.get(part.name)
      if (typeof part !== 'string' && !of) isKnown = false
      else if (of && !of.value) absent.add(of.annotation)
      else {
        const { value, diagnostics: found = [] } = written(part, of?.value)
        if (of) used.add(of.subject)
        if (value !== undefined) parts.push(value)
        if (of && typeof part !== 'string')
          wrong.push(...found.map((one) => wrongReference(annotation, part, of, one)))
        left -= value?.length ?? 0
        if (left < 0) return undefined
      }
    }
    diagnostics.push(...wrong)
    if (!isKnown || wrong.length > 0) continue
    const text = declaration.encode ? Buffer.from(parts.join('')).toString('base64') : parts.join('')
    const one = { annotation, declaration, subject: subjectOf([...used]) }
    if (absent.size > 0) delivered.push({ ...one, value: undefined, absent: [...absent] })
    else delivered.push({ ...one, value: textValue(secretValue(text)) })
  }
  return { delivered, diagnostics }
}

/** Which of the values is wrong is not known of a text that is: all are named, up to a bound. */
function subjectOf(used: readonly string[]): string {
  if (used.length === 0) return 'the composed text'
  const more = used.length > mostNamed ? [`${used.length - mostNamed} more`] : []
  return `the text composed of ${[...used.slice(0, mostNamed), ...more].join(' and ')}`
}

/** A part as it stands in the text. The messages follow the name of the value. */
function written(part: CompositionPart, value: DeliveredValue | undefined): Parsed<string> {
  if (typeof part === 'string' || value === undefined) return { value: typeof part === 'string' ? part : '' }
  const { escape } = part
  if (escape === 'base64') {
    const bytes = value.text === undefined ? value.bytes.revealBytes() : Buffer.from(value.text.reveal())
    return { value: Buffer.from(bytes).toString('base64') }
  }
  if (value.text === undefined) return invalid(value.notText, 'write $(name:base64)')
  const text = value.text.reveal()
  if (!text.isWellFormed()) return invalid('is not Unicode text', 'store a value that is Unicode text')
  return escape === undefined ? { value: text } : escapeText(text, escape)
}

/** The reference is named: it is the name of a declaration of the pod. */
function wrongReference(
  annotation: string,
  { name, escape }: Reference,
  { subject, parameter }: Delivered,
  { message, hint }: Diagnostic,
): InitDiagnostic {
  return {
    exit: exitCode.input,
    message: `annotation ${annotation}: reference $(${name}${escape === undefined ? '' : `:${escape}`}) in text: ${subject} ${message}`,
    ...(hint === undefined ? {} : { hint }),
    fields: { annotation, ...(parameter === undefined ? {} : { parameter }), code: 'INVALID_VALUE' },
  }
}

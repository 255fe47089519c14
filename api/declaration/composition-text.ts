/**
 * The text of a composition, parsed once into its parts.
 *
 *     text      = *( literal / reference / "$$(" )
 *     reference = "$(" name [ ":" escape ] ")"
 *
 * It is read from left to right: `$$(` is a literal `$(`, and every other dollar is a dollar, so `$$` without `(` is two. A reference
 * cannot follow a dollar. There is no language beyond it: no conditions, no functions.
 */
import { looksLikeName } from './attribute-label.ts'
import { bounds } from '../bounds.ts'
import { type Diagnostic, quote } from '../diagnostic.ts'
import { invalid, type Parsed } from '../parsed.ts'
import { closestWord, didYouMean } from '../suggest.ts'

/** How the value of a reference is written into the text around it: runtime/values/escape.ts. */
export const escapeNames = ['url', 'json', 'base64', 'xml', 'properties'] as const
export type Escape = (typeof escapeNames)[number]

export type Reference = {
  /** Of a declaration of the same pod. */
  readonly name: string
  readonly escape?: Escape
  /** Its number among the references, from 1. */
  readonly position: number
}

/** Literal text, or a reference. */
export type CompositionPart = string | Reference
export type CompositionText = readonly CompositionPart[]

const namePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

export function parseCompositionText(text: string): Parsed<CompositionText> {
  if (text === '') return invalid('is empty')
  const { parts, diagnostics } = readText(text)
  return diagnostics.length > 0 ? { diagnostics } : { value: parts }
}

/** The references whose names can be read, also of a text that is wrong. */
export function readReferences(text: string): readonly Reference[] {
  return referencesIn(readText(text).parts)
}

type ReadText = { readonly parts: CompositionText; readonly diagnostics: readonly Diagnostic[] }

function readText(text: string): ReadText {
  const parts: CompositionPart[] = []
  const diagnostics: Diagnostic[] = []
  let literal = ''
  let count = 0
  for (let at = 0; at < text.length;) {
    if (text.startsWith('$$(', at)) {
      literal += '$('
      at += 3
      continue
    }
    if (!text.startsWith('$(', at)) {
      const next = text.indexOf('$', at + 1)
      const end = next < 0 ? text.length : next
      literal += text.slice(at, end)
      at = end
      continue
    }
    if (++count > bounds.references)
      return { parts: [], diagnostics: [{ message: `has more than ${bounds.references} references` }] }
    const close = text.indexOf(')', at)
    if (close < 0) {
      const hint = 'close it, or write $$( for the characters $('
      diagnostics.push({ message: `has reference ${count} without its ")"`, hint })
      break
    }
    const { reference, diagnostics: wrong = [] } = parseReference(text.slice(at + 2, close), count)
    diagnostics.push(...wrong)
    if (reference) {
      if (literal !== '') parts.push(literal)
      literal = ''
      parts.push(reference)
    }
    at = close + 1
  }
  if (literal !== '') parts.push(literal)
  return { parts, diagnostics }
}

export function formatCompositionText(parts: CompositionText): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part.replaceAll('$(', '$$$$(')
      return `$(${part.name}${part.escape === undefined ? '' : `:${part.escape}`})`
    })
    .join('')
}

export function referencesIn(parts: CompositionText): readonly Reference[] {
  return parts.filter((part) => typeof part !== 'string')
}

/** What a message calls a reference: by its name only where that can hardly be a piece of a secret. */
export function referenceLabel({ name, position }: Pick<Reference, 'name' | 'position'>): string {
  return looksLikeName(name) ? `reference $(${name})` : `reference ${position}`
}

/** With an unknown escape, there are a reference and a diagnostic. */
type ParsedReference = { readonly reference?: Reference; readonly diagnostics?: readonly Diagnostic[] }

function parseReference(inside: string, position: number): ParsedReference {
  const colon = inside.indexOf(':')
  const name = colon < 0 ? inside : inside.slice(0, colon)
  if (!namePattern.test(name)) {
    return invalid(
      `has reference ${position}, which is not the name of a declaration`,
      'write $(name) or $(name:escape), and $$( for the characters $(',
    )
  }
  if (colon < 0) return { reference: { name, position } }
  const word = inside.slice(colon + 1)
  const escape = escapeNames.find((one) => one === word)
  if (escape !== undefined) return { reference: { name, escape, position } }
  const shown = looksLikeName(word) ? ` ${quote(word)}` : ''
  const message = `has an unknown escape${shown} in ${referenceLabel({ name, position })}: allowed are ${escapeNames.join(', ')}`
  return {
    reference: { name, position },
    diagnostics: [{ message, ...didYouMean(closestWord(word, escapeNames)) }],
  }
}

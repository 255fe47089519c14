/** The references of compositions: to declarations of the same pod, and to nothing else. */
import {
  type CompositionText,
  type Escape,
  type Reference,
  referenceLabel,
  referencesIn,
} from '../declaration/composition-text.ts'
import type { Composition, StoredDeclaration } from '../declaration/declaration.ts'
import type { AnnotationDiagnostic, Diagnostic, DiagnosticCode } from '../diagnostic.ts'
import { closestWord, didYouMean } from '../suggest.ts'

/** The annotation that declares a name, whether or not it is valid. */
export type Named = {
  readonly what: 'secret' | 'resource' | 'compose'
  readonly name: string
  readonly annotation: string
}

/** A composition as it was read. */
export type ReadComposition = {
  readonly annotation: string
  readonly name: string
  readonly references: readonly Reference[]
  /** Absent where it is wrong: its references are judged all the same. */
  readonly declaration: Composition | undefined
}

type CompositionAt = { readonly annotation: string; readonly declaration: Composition }

/** All that a pod declares, by name. */
type NamedByName = ReadonlyMap<string, readonly Named[]>

/** @param jwks names of values that are JSON themselves, so they need no escape in JSON. */
export function judgeReferences(
  { annotation, name, references, declaration }: ReadComposition,
  named: NamedByName,
  jwks: ReadonlySet<string>,
): AnnotationDiagnostic[] {
  const diagnostics: AnnotationDiagnostic[] = []
  const error = (code: DiagnosticCode, wrong: Diagnostic) =>
    diagnostics.push({ severity: 'error', code, annotation, ...wrong })
  const same = named.get(name)?.find(({ what }) => what !== 'compose')
  if (same) {
    const hint = 'give the composition another name'
    error('CONFLICT', { message: `the name is that of ${same.annotation} too`, hint })
  }
  for (const reference of distinct(references)) {
    const label = `${referenceLabel(reference)} in text`
    const meant = named.get(reference.name) ?? []
    const stored = meant.filter((one) => one.what !== 'compose')
    const [first, second] = stored
    if (first && second) {
      const message = `${label} may be ${first.annotation} or ${second.annotation}`
      error('CONFLICT', { message, hint: 'give one of them another name, with a storageKey' })
    } else if (!first && meant[0]) {
      const message = `${label} is ${meant[0].annotation}: a composition cannot be made of another`
      error('BAD_REFERENCE', { message, hint: 'write the references of the other one into this text' })
    } else if (!first) {
      const message = `${label} is not declared by this pod`
      error('BAD_REFERENCE', { message, ...didYouMean(closestWord(reference.name, [...named.keys()])) })
    }
  }
  return declaration ? [...diagnostics, ...warnOfUnescaped({ annotation, declaration }, jwks)] : diagnostics
}

/** Stored declarations that go nowhere. */
export function judgeUnused(
  declared: readonly { readonly annotation: string; readonly declaration: StoredDeclaration }[],
  compositions: readonly ReadComposition[],
): AnnotationDiagnostic[] {
  const used = new Set(compositions.flatMap(({ references }) => references.map(({ name }) => name)))
  return declared.flatMap(({ annotation, declaration: { deliver, name } }): AnnotationDiagnostic[] => {
    if (deliver === undefined || used.has(name)) return []
    const message = 'deliver=none, and no composition of this pod uses the value'
    const hint = 'remove deliver=none, or the declaration'
    return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message, hint }]
  })
}

/** Whether a composition is left out because a value that it is made of may be absent. */
export function mayBeAbsent(
  { text }: Composition,
  declared: Iterable<{ readonly declaration: StoredDeclaration }>,
): boolean {
  const names = new Set(referencesIn(text).map(({ name }) => name))
  for (const { declaration } of declared)
    if (isOptional(declaration) && names.has(declaration.name)) return true
  return false
}

/** Whether the value is left out where the parameter does not exist. */
export function isOptional(declaration: StoredDeclaration): boolean {
  return !(declaration.what === 'secret' && declaration.kind === 'DYNAMIC') && declaration.optional === true
}

/** A value with a character that has a meaning there would change the text around it. */
function warnOfUnescaped(
  { annotation, declaration: { text } }: CompositionAt,
  jwks: ReadonlySet<string>,
): AnnotationDiagnostic[] {
  const context = contextOf(text)
  const isJson = ({ name }: Reference) => context?.escape === 'json' && jwks.has(name)
  const plain = distinct(referencesIn(text).filter((one) => one.escape === undefined && !isJson(one)))
  const [first] = plain
  if (context === undefined || first === undefined) return []
  const labels = plain.map(referenceLabel).join(', ')
  const message = `in a text that looks like ${context.name}, the value is written without an escape: ${labels}`
  const hint = `write $(name:${context.escape})`
  return [{ severity: 'warning', code: 'UNESCAPED', annotation, message, hint }]
}

function contextOf(text: CompositionText): { readonly name: string; readonly escape: Escape } | undefined {
  const [first] = text
  const start = typeof first === 'string' ? first.trimStart() : ''
  if (/^[{[]/.test(start)) return { name: 'JSON', escape: 'json' }
  if (start.startsWith('<')) return { name: 'XML', escape: 'xml' }
  const isUrl = text.some((part) => typeof part === 'string' && part.includes('://'))
  return isUrl ? { name: 'a URL', escape: 'url' } : undefined
}

/** Each name once. */
function distinct(references: readonly Reference[]): readonly Reference[] {
  const found = new Map<string, Reference>()
  for (const one of references) if (!found.has(one.name)) found.set(one.name, one)
  return [...found.values()]
}

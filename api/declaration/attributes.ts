/**
 * The value of a declaration annotation: a list of attributes.
 *
 *     value     = [ attribute *( "," attribute ) ]
 *     attribute = ws name ws "=" ws ( quoted / plain ) ws
 *     name      = ALPHA *( ALPHA / DIGIT / "_" / "." / "-" )
 *     quoted    = DQUOTE *( character / "\" DQUOTE / "\\" ) DQUOTE      ; may hold commas
 *     plain     = *character                                          ; no comma, no leading DQUOTE; may hold "="
 *     ws        = *( SP / TAB / CR / LF )
 *
 * Examples: `kind=DYNAMIC,type=RSA,size=2048`, `kind=REFERENCE, type=PASSWORD, storageKey="team a/db"`, and the empty
 * value, which a resource may have. A name occurs at most once; parse-declaration.ts checks that, which knows what the names mean.
 *
 * One attribute, the text of a composition, may take all that follows its "=" as it is, unless it is quoted.
 */
import { looksLikeName } from './attribute-label.ts'
import { bounds } from '../bounds.ts'
import { about, type Diagnostic } from '../diagnostic.ts'
import { invalid, type Parsed } from '../parsed.ts'
import { closestWord } from '../suggest.ts'

export type Attribute = { readonly name: string; readonly value: string }

/** Its number among the parts, from 1. */
export type PlacedAttribute = Attribute & { readonly position: number }

type Attributes = {
  readonly attributes: readonly PlacedAttribute[]
  /** One for each part that is not an attribute. A part is named by its number: its text may be a secret. */
  readonly diagnostics: readonly Diagnostic[]
  /** The names of parts whose value is malformed: they are not missing. */
  readonly malformed?: readonly string[]
  /** There are more parts than are allowed; none is parsed. */
  readonly tooMany?: true
}

const blank = /^[ \t\r\n]*$/
const badName = 'has no valid name before the "=": a name is a letter, then letters, digits, "_", "." or "-"'
const namePattern = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** By hand: a pattern that looks for blanks before the end takes quadratic time on blanks in the middle. */
function trim(text: string): string {
  let [start, end] = [0, text.length]
  if (text.charCodeAt(0) > 0x20 && text.charCodeAt(end - 1) > 0x20) return text
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (start < end && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a
}

/** @param rest the attribute, also if it is misspelt, that takes all that follows. */
export function parseAttributes(text: string, rest?: string): Attributes {
  const attributes: PlacedAttribute[] = []
  const diagnostics: Diagnostic[] = []
  const malformed: string[] = []
  if (blank.test(text)) return { attributes, diagnostics }
  const parts = splitParts(text, bounds.attributes, rest)
  if (parts.length > bounds.attributes) return { attributes, diagnostics, tooMany: true }
  parts.forEach((part, index) => {
    const position = index + 1
    const before = () => parts.slice(0, index)
    const parsed = typeof part === 'string' ? parseAttribute(part, before) : parseRest(part)
    if (parsed.diagnostics) {
      diagnostics.push(...about(`attribute ${position}`, parsed.diagnostics))
      if (typeof part === 'string' && part.includes('='))
        malformed.push(trim(part.slice(0, part.indexOf('='))))
    } else attributes.push({ ...parsed.value, position })
  })
  return { attributes, diagnostics, ...(malformed.length > 0 ? { malformed } : {}) }
}

export function formatAttributes(attributes: readonly Attribute[]): string {
  return attributes.map(({ name, value }) => `${name}=${formatValue(value)}`).join(',')
}

type Rest = { readonly name: string; readonly value: string }

/**
 * Splits at the commas that are outside quoted values. A quote opens a quoted value only right after the "=". Stops after
 * the first part above the limit.
 */
function splitParts(text: string, limit: number, rest?: string): (string | Rest)[] {
  const parts: (string | Rest)[] = []
  let equals = -1
  for (let start = 0; parts.length <= limit;) {
    let comma = text.indexOf(',', start)
    // Where there is none, it is not looked for again in each part.
    if (equals < start && (equals !== -1 || start === 0)) equals = text.indexOf('=', start)
    if (equals !== -1 && (comma === -1 || equals < comma)) {
      const name = trim(text.slice(start, equals))
      const value = skipBlanks(text, equals + 1)
      const isQuoted = text[value] === '"'
      if (rest !== undefined && closestWord(name, [rest]) !== undefined && !isQuoted) {
        return [...parts, { name, value: text.slice(equals + 1) }]
      }
      if (isQuoted) comma = text.indexOf(',', endOfQuoted(text, value))
    }
    if (comma === -1) return [...parts, text.slice(start)]
    parts.push(text.slice(start, comma))
    start = comma + 1
  }
  return parts
}

/** The position of the first character that is no blank. */
function skipBlanks(text: string, start: number): number {
  let position = start
  while (position < text.length && isBlank(text.charCodeAt(position))) position++
  return position
}

/** The position of the closing quote, or the length of the text when there is none. */
function endOfQuoted(text: string, open: number): number {
  for (let position = open + 1; position < text.length; position++) {
    if (text[position] === '\\') position++
    else if (text[position] === '"') return position
  }
  return text.length
}

function parseRest({ name, value }: Rest): Parsed<Attribute> {
  return namePattern.test(name) ? { value: { name, value } } : invalid(badName)
}

/** @param before the parts before it. */
function parseAttribute(part: string, before: () => readonly (string | Rest)[]): Parsed<Attribute> {
  if (blank.test(part)) return invalid('is empty', 'remove the extra comma')
  const equals = part.indexOf('=')
  if (equals < 0) return invalid('has no "="', hintOfPlain(before()))
  const name = trim(part.slice(0, equals))
  if (!namePattern.test(name)) return invalid(badName)
  const value = trim(part.slice(equals + 1))
  if (!value.startsWith('"')) return { value: { name, value } }
  const close = endOfQuoted(value, 0)
  const shown = looksLikeName(name) ? `(${name}) ` : ''
  if (close >= value.length) return invalid(`${shown}has a quoted value without its closing quote`)
  if (close < value.length - 1)
    return invalid(`${shown}has text after the closing quote`, 'put a comma between attributes')
  const inside = value.slice(1, -1)
  if (/\\[^"\\]/.test(inside.replaceAll('\\\\', ''))) {
    return invalid(`${shown}has a backslash that escapes neither a quote nor a backslash`)
  }
  return { value: { name, value: inside.replace(/\\(.)/g, '$1') } }
}

/** The last value before it may have been meant to have the comma in it. */
function hintOfPlain(before: readonly (string | Rest)[]): string {
  const last = before.findLast((one) => typeof one !== 'string' || one.includes('='))
  const [name = '', value = ''] = typeof last === 'string' ? last.split('=', 2).map(trim) : []
  const isPlain = namePattern.test(name) && looksLikeName(name) && !value.startsWith('"')
  return isPlain ? `write name=value; a value with commas needs quotes: ${name}="a,b"` : 'write name=value'
}

function formatValue(value: string): string {
  if (trim(value) === value && !value.includes(',') && !value.startsWith('"')) return value
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}

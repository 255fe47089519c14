/**
 * The file in which the kubelet shows a pod's annotations (downward API, `fieldPath: metadata.annotations`): sorted
 * keys, one `key=value` a line, the value quoted by Go's `%q`, no line end after the last.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/fieldpath/fieldpath.go (FormatMap)
 *
 * Go's quoting (https://pkg.go.dev/strconv#Quote) is not JSON's: \a \v \x7f \U0010ffff, and printable non-ASCII raw.
 *
 * Bytes that are no UTF-8 (`\xff`) are read as U+FFFD, as the API server's own JSON shows them. No parameter name, attribute
 * or setting may hold that character, so such a declaration is refused; in a foreign annotation it is nobody's matter.
 */
import type { Diagnostic } from '../diagnostic.ts'
import type { Annotation } from './pod-annotations.ts'

type AnnotationsFile = {
  readonly annotations: readonly Annotation[]
  readonly diagnostics: readonly LineDiagnostic[]
}

/** Of a line of the file, from 1. The line itself may hold anything and is not shown. */
type LineDiagnostic = Diagnostic & { readonly line: number; readonly key?: string }

export function parseAnnotationsFile(text: string): AnnotationsFile {
  const annotations: Annotation[] = []
  const diagnostics: LineDiagnostic[] = []
  if (text === '') return { annotations, diagnostics }
  text
    .replace(/\n$/, '')
    .split('\n')
    .forEach((content, index) => {
      const line = index + 1
      const equals = content.indexOf('=')
      if (equals < 0) {
        diagnostics.push({ line, message: 'has no "="' })
        return
      }
      const key = content.slice(0, equals)
      const value = unquoteGo(content.slice(equals + 1))
      if (value === undefined)
        diagnostics.push({ line, key, message: 'has a value that is not quoted like a Go string' })
      else annotations.push([key, value])
    })
  return { annotations, diagnostics }
}

export function formatAnnotationsFile(annotations: Iterable<Annotation>): string {
  return [...annotations]
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, value]) => `${key}=${quoteGo(value)}`)
    .join('\n')
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

function quoteGo(text: string): string {
  let quoted = ''
  // By way of bytes, as what comes from the API server: half a surrogate pair, which Go cannot hold, is U+FFFD.
  for (const character of Buffer.from(text).toString()) {
    const short = shortEscapes[character]
    const code = character.codePointAt(0) ?? 0
    if (short !== undefined) quoted += short
    else if (isPrintable(character)) quoted += character
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`
    else if (code < 0x10000) quoted += `\\u${code.toString(16).padStart(4, '0')}`
    else quoted += `\\U${code.toString(16).padStart(8, '0')}`
  }
  return `"${quoted}"`
}

/**
 * Letters, marks, numbers, punctuation, symbols and the ASCII space: https://pkg.go.dev/unicode#IsPrint. V8 reads the classes of characters where
 * the pattern is made, which takes long: not in a program that only reads.
 */
function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)
}

const simpleEscapes = new Map(
  Object.entries(shortEscapes).map(([character, escape]) => [escape[1], character]),
)

const plainRun = /[^"\\\n]+/y
const escape =
  /\\(?:(?<simple>[abfnrtv\\"])|x(?<byte>[0-9a-fA-F]{2})|(?<octal>[0-7]{3})|u(?<four>[0-9a-fA-F]{4})|U(?<eight>[0-9a-fA-F]{8}))/y

/** Go's strconv.Unquote for a double-quoted string; undefined where Go reports a syntax error. */
function unquoteGo(quoted: string): string | undefined {
  if (quoted.length < 2 || !quoted.startsWith('"') || !quoted.endsWith('"')) return undefined
  const inside = quoted.slice(1, -1)
  if (!/["\\\n]/.test(inside)) return inside
  // \x and octal escapes are bytes, which only together make characters.
  const pieces: Buffer[] = []
  for (let position = 0; position < inside.length;) {
    plainRun.lastIndex = escape.lastIndex = position
    const plain = plainRun.exec(inside)
    if (plain) {
      pieces.push(Buffer.from(plain[0]))
      position += plain[0].length
      continue
    }
    const found = escape.exec(inside)
    const bytes = found?.groups && unescape(found.groups)
    if (!found || !bytes) return undefined
    pieces.push(bytes)
    position += found[0].length
  }
  return Buffer.concat(pieces).toString()
}

function unescape(groups: Readonly<Record<string, string | undefined>>): Buffer | undefined {
  const { simple, byte, octal, four, eight } = groups
  if (simple !== undefined) return Buffer.from(simpleEscapes.get(simple) ?? '')
  if (byte !== undefined) return Buffer.from([parseInt(byte, 16)])
  if (octal !== undefined) return parseInt(octal, 8) > 255 ? undefined : Buffer.from([parseInt(octal, 8)])
  const code = parseInt(four ?? eight ?? '', 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  return Buffer.from(String.fromCodePoint(code))
}

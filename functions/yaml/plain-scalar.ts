/** Scalars as nearly all manifests have them, for parse-plain.ts. Undefined is always: this is to be left to the other parser. */
import { CHOMPING_MODE, EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml'
import type { SourceScalar } from './node.ts'
import { scalarFrom, type ScalarEvent } from './parse-scalar.ts'
import { behindSpaces, character, endOfText, type PlainText } from './plain-text.ts'

const { tab, lineFeed, space, hash, doubleQuote, quote, dash, dot, colon, backslash } = character

const flowIndicators = ',[]{}'
const [isText, isSpecial, isFlow] = [0, 1, 2]
/** What each character is in a plain scalar. */
const inPlain = new Uint8Array(256).fill(isSpecial)
/** What a plain scalar may begin with is 1. All else is in quotes, no scalar, or rare. */
const begins = new Uint8Array(256)
for (let code = space + 1; code < 127; code++) {
  const one = String.fromCharCode(code)
  inPlain[code] = flowIndicators.includes(one) ? isFlow : '#:'.includes(one) ? isSpecial : isText
  begins[code] = Number(!`!"#%&'*:>?@\`|${flowIndicators}`.includes(one))
}

/** A scalar that ends on its line. @param inFlow whether it is in a list or map in flow style. */
export function plainScalarAt(text: PlainText, start: number, inFlow: boolean): SourceScalar | undefined {
  const code = text.bytes[start] ?? 0
  if (begins[code] === 1) return withoutQuotes(text, start, inFlow)
  if (code === quote) return singleQuoted(text, start)
  return code === doubleQuote ? doubleQuoted(text, start) : undefined
}

function withoutQuotes(
  { source, bytes }: PlainText,
  start: number,
  inFlow: boolean,
): SourceScalar | undefined {
  const first = bytes[start]
  const second = bytes[start + 1] ?? 0
  // Three of them may separate documents, and a dash may begin an item.
  if ((first === dash || first === dot) && (inPlain[second] !== isText || isTriple(bytes, start)))
    return undefined
  let at = start + 1
  let end = at
  for (;;) {
    const code = bytes[at] ?? 0
    if (inPlain[code] === isText) end = ++at
    else if (code === space) at++
    else if (code === lineFeed) break
    else if (code === colon) {
      const next = bytes[at + 1] ?? 0
      if (next === space || next === lineFeed || (inFlow && inPlain[next] === isFlow)) break
      end = ++at
    } else if (code === hash) {
      if (bytes[at - 1] === space) break
      end = ++at
    } else if (inPlain[code] !== isFlow) return undefined
    else if (inFlow) break
    else end = ++at
  }
  return { type: 'scalar', style: 'plain', text: source.slice(start, end), start, end }
}

function isTriple(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === bytes[at] && bytes[at + 2] === bytes[at]
}

function singleQuoted({ source, bytes }: PlainText, start: number): SourceScalar | undefined {
  let isSimple = true
  for (let at = start + 1; ; at++) {
    const code = bytes[at] ?? 0
    if (code < space || code > 126) return undefined
    if (code !== quote) continue
    if (bytes[at + 1] === quote) {
      isSimple = false
      at++
      continue
    }
    const inside = source.slice(start + 1, at)
    const text = isSimple ? inside : inside.replaceAll("''", "'")
    return { type: 'scalar', style: 'quoted', text, start, end: at + 1 }
  }
}

/** Those of which no YAML parser makes anything else. */
const simpleEscapes = new Set(Buffer.from('"\\/nt'))

function doubleQuoted({ source, bytes }: PlainText, start: number): SourceScalar | undefined {
  let isSimple = true
  for (let at = start + 1; ; at++) {
    const code = bytes[at] ?? 0
    if (code < space || code > 126) return undefined
    if (code === backslash) {
      isSimple = false
      if (!simpleEscapes.has(bytes[++at] ?? 0)) return undefined
    } else if (code === doubleQuote) {
      const text = isSimple
        ? source.slice(start + 1, at)
        : getScalarValue(source, eventOf(start + 1, at, SCALAR_STYLE.DOUBLE_QUOTED))
      return { type: 'scalar', style: 'quoted', text, start, end: at + 1 }
    }
  }
}

/** @param column of the map or list that it is in. @returns with it, the line behind it. */
export function blockScalarAt(
  plain: PlainText,
  start: number,
  column: number,
): { readonly node: SourceScalar; readonly next: number } | undefined {
  const { source, bytes } = plain
  const isStripped = bytes[start + 1] === dash
  const header = behindSpaces(plain, start + (isStripped ? 2 : 1))
  // Else with a comment, the digit of an indentation, or "+".
  if (bytes[header] !== lineFeed) return undefined
  let line = header + 1
  let indent = -1
  while (line < source.length) {
    const at = behindSpaces(plain, line)
    const spaces = at - line
    if (bytes[at] === lineFeed) {
      if (at >= source.length || (indent < 0 && spaces > 0)) return undefined
      line = at + 1
      continue
    }
    if (spaces <= column || spaces < indent) break
    if (indent < 0 && bytes[at] === tab) return undefined
    if (indent < 0) indent = spaces
    const end = endOfText(plain, at)
    if (end === undefined) return undefined
    line = Math.min(end + 1, source.length)
  }
  const style = bytes[start] === character.bar ? SCALAR_STYLE.LITERAL_BLOCK : SCALAR_STYLE.FOLDED_BLOCK
  const chomping = isStripped ? CHOMPING_MODE.STRIP : CHOMPING_MODE.CLIP
  const event = { ...eventOf(header + 1, line, style), chomping, indent }
  return { node: scalarFrom(source, event, { after: start, indicator: '' }), next: line }
}

function eventOf(valueStart: number, valueEnd: number, style: ScalarEvent['style']): ScalarEvent {
  return {
    type: EVENT_ID.SCALAR,
    valueStart,
    valueEnd,
    anchorStart: -1,
    anchorEnd: -1,
    tagStart: -1,
    tagEnd: -1,
    style,
    chomping: CHOMPING_MODE.CLIP,
    indent: -1,
    fast: false,
  }
}

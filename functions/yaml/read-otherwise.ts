/**
 * What kubectl and kustomize read otherwise than a parser of YAML 1.2. A review reads the file, kees reads it, and the API server
 * gets what kubectl reads: where the three could differ, kees refuses the file.
 *
 * Their readers are go-yaml, which knows the line ends of YAML 1.1, and for a file that begins with `{` the JSON of Go.
 */
import { COLLECTION_STYLE, type Event, EVENT_ID, SCALAR_STYLE } from 'js-yaml'
import type { SourceNode } from './node.ts'

export type ReadOtherwise = { readonly offset: number; readonly message: string; readonly hint: string }

const lineEnds = '\\u0085\\u2028\\u2029'
const controls = '\\u0080-\\u009f'
/** https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters */
const directions = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069'
const suspectCharacter = new RegExp(`[${lineEnds}${controls}${directions}]|(?!^)\\ufeff`, 'g')
const isLineEnd = new RegExp(`[${lineEnds}]`)
const isControl = new RegExp(`[${controls}]`)

const surrogateEscape = /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g
const pairEscape = /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/g

/** Go's JSON is read where the first character is `{`, and Go takes more characters for blanks than YAML. */
const blankBeforeBrace = /^[ \t\r\n\ufeff]*([\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])\s*\{/
/** Where a text is JSON for kubectl. */
export const beginsJson = /^\s*\{/
const indentedMarker = /^[ \t]+---(?=\s|$)/
const markerBehindReturn = /\r---(?=\s|$)/
/** kubectl and kustomize take Go's blanks away before they look for a comment. For YAML, such a line is text. */
const commentAtMarker = /(?<=^|\n)---(?![ \t\r\n]|$)[^\S\n]*(?=#|\n|$)/g

/** Most texts have none of all this. */
const suspect = new RegExp(
  [suspectCharacter, surrogateEscape, blankBeforeBrace, indentedMarker, markerBehindReturn, commentAtMarker]
    .map(({ source }) => source)
    .concat('[[{,\\s]\\?[^\\s]', '(^|[\\r\\n])(\\.\\.\\.|%TAG)', '![^\\s%]{0,40}%')
    .join('|'),
)

/** Whether the pattern above may match: each of its parts needs one of these. Several times as fast. */
function maySuspect(source: string): boolean {
  return /[\\?%\u0080-\uffff]/.test(source) || source.includes('---') || source.includes('...')
}

/** @param events of the source. */
export function readOtherwise(source: string, events: readonly Event[]): readonly ReadOtherwise[] {
  if (!maySuspect(source) || !suspect.test(source)) return []
  const quoted = doubleQuoted(events)
  return [
    ...startsOtherwise(source),
    ...markersReadOtherwise(source),
    ...charactersReadOtherwise(source, quoted),
    ...surrogatesReadOtherwise(source, quoted),
    ...flowKeysReadOtherwise(source, events),
    ...tagsReadOtherwise(source, events),
    ...documentsReadOtherwise(events),
  ].toSorted((a, b) => a.offset - b.offset)
}

type Range = { readonly start: number; readonly end: number }

function doubleQuoted(events: readonly Event[]): Range[] {
  return events.flatMap((event) =>
    event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.DOUBLE_QUOTED
      ? [{ start: event.valueStart, end: event.valueEnd }]
      : [],
  )
}

function startsOtherwise(source: string): ReadOtherwise[] {
  const [before, blank] = blankBeforeBrace.exec(source) ?? []
  if (before !== undefined && blank !== undefined) {
    const message = `has ${codePoint(blank)} before the first character, which kubectl reads as a blank`
    return [{ offset: source.indexOf(blank), message, hint: 'Remove this character.' }]
  }
  const behind = markerBehindReturn.exec(source)
  if (behind) {
    const message = 'has "---" after a carriage return, where kubectl does not begin a document'
    return [{ offset: behind.index + 1, message, hint: 'End the line before it with a line feed.' }]
  }
  const marker = indentedMarker.exec(source)?.[0]
  if (marker === undefined) return []
  const message = 'has blanks before the first "---", which kubectl and kustomize read as text then'
  return [{ offset: marker.length - '---'.length, message, hint: 'Remove the blanks.' }]
}

function markersReadOtherwise(source: string): ReadOtherwise[] {
  return [...source.matchAll(commentAtMarker)].map(({ index }) => ({
    offset: index,
    message:
      'has a line that begins with "---" and no blank after it, where kubectl and kustomize begin a document',
    hint: 'Write a blank before the "#", or the text in quotes.',
  }))
}

function charactersReadOtherwise(source: string, quoted: readonly Range[]): ReadOtherwise[] {
  const inQuotes = rangesInOrder(quoted)
  // Go's JSON knows no other line ends in a string.
  const isJson = beginsJson.test(source)
  return [...source.matchAll(suspectCharacter)].flatMap(({ index, 0: character }) => {
    if (inQuotes(index) && (isJson || !isLineEnd.test(character))) return []
    const message = `has ${codePoint(character)}, ${meaningOf(character)}`
    const hint = 'Write it as an escape in double quotes, such as "\\u2028", or remove it.'
    return [{ offset: index, message, hint }]
  })
}

function meaningOf(character: string): string {
  if (isLineEnd.test(character)) return 'which kubectl and kustomize read as the end of a line'
  if (isControl.test(character)) return 'a control character, outside of double quotes'
  if (character === '\ufeff')
    return 'a byte order mark that is not at the start of the file, outside of double quotes'
  return 'which changes the order in which a line is shown, outside of double quotes'
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** In JSON, two escapes are one character. go-yaml reads none of them. */
function surrogatesReadOtherwise(source: string, quoted: readonly Range[]): ReadOtherwise[] {
  const inQuotes = rangesInOrder(quoted)
  const isJson = beginsJson.test(source)
  const text = isJson ? source.replaceAll(pairEscape, (pair) => ' '.repeat(pair.length)) : source
  return [...text.matchAll(surrogateEscape)].flatMap(({ index, 0: escape }) => {
    // An escaped backslash in front of `u` makes it text.
    if (!inQuotes(index) || backslashesBefore(source, index) % 2 === 1) return []
    const message = `has the escape ${escape}, half of a character, which kubectl and kustomize cannot read`
    return [{ offset: index, message, hint: 'Write the character itself.' }]
  })
}

function backslashesBefore(source: string, position: number): number {
  let at = position
  while (source[at - 1] === '\\') at--
  return position - at
}

function flowKeysReadOtherwise(source: string, events: readonly Event[]): ReadOtherwise[] {
  const inFlow: boolean[] = []
  return events.flatMap((event) => {
    if (event.type === EVENT_ID.POP) inFlow.pop()
    else if (event.type === EVENT_ID.DOCUMENT) inFlow.push(false)
    else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      inFlow.push(event.style === COLLECTION_STYLE.FLOW)
    } else if (
      event.type === EVENT_ID.SCALAR &&
      event.style === SCALAR_STYLE.PLAIN &&
      inFlow.at(-1) === true &&
      source[event.valueStart] === '?'
    ) {
      const message = 'has a text in flow style that begins with "?", which kubectl and kustomize leave out'
      return [{ offset: event.valueStart, message, hint: 'Write the text in quotes.' }]
    }
    return []
  })
}

/** `!!bin%61ry` is `!!binary`. */
function tagsReadOtherwise(source: string, events: readonly Event[]): ReadOtherwise[] {
  return events.flatMap((event) => {
    if (!('tagStart' in event) || !source.slice(event.tagStart, event.tagEnd).includes('%')) return []
    const message = 'has a tag with an escape, with which it has another meaning'
    return [{ offset: event.tagStart, message, hint: 'Write tags in full, such as "!!str".' }]
  })
}

/**
 * A key that shows something else than kubectl reads, or that is in no object. Un-rendered templates have such keys: `{{ .name }}` is a
 * map whose key is a map.
 */
export function keyReadOtherwise(key: SourceNode): ReadOtherwise | undefined {
  const offset = key.start
  const hint = 'Write the key itself.'
  if (key.type === 'alias') {
    return { offset, message: 'has a key that is an alias, which hides the key that kubectl reads', hint }
  }
  if (key.type === 'scalar') {
    if (key.tag !== '!!binary') return undefined
    return { offset, message: 'has a key in base64, which hides the key that kubectl reads', hint }
  }
  return {
    offset,
    message: `has a key that is a ${key.type === 'map' ? 'map' : 'list'}, which no object has`,
    hint: 'If this is a template, render it first.',
  }
}

function documentsReadOtherwise(events: readonly Event[]): ReadOtherwise[] {
  let ended = false
  let last = 0
  return events.flatMap((event) => {
    if (event.type === EVENT_ID.SCALAR) last = Math.max(last, event.valueEnd)
    if (event.type !== EVENT_ID.DOCUMENT) return []
    const hidden = ended && !event.explicitStart
    ended = event.explicitEnd
    if (hidden) {
      const message = 'has a document after "..." without "---", which kubectl and kustomize do not read'
      return [{ offset: last, message, hint: 'Write "---" in place of "...".' }]
    }
    if (!event.directives.some(({ kind }) => kind === 'tag')) return []
    const message = 'has a %TAG directive, with which tags have other meanings'
    return [{ offset: last, message, hint: 'Write tags in full, such as "!!str".' }]
  })
}

/** Whether a position is in one of the ranges; both are asked for in ascending order. */
function rangesInOrder(ranges: readonly Range[]): (position: number) => boolean {
  let next = 0
  return (position) => {
    while ((ranges[next]?.end ?? Infinity) <= position) next++
    return (ranges[next]?.start ?? Infinity) <= position
  }
}

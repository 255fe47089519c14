import { CHOMPING_MODE, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml'
import { lineEnd, lineStart, previousLineEnd } from './lines.ts'
import type { ScalarStyle, SourceScalar } from './node.ts'
import { behindIndicator, blockIndicator } from './trivia.ts'

export type ScalarEvent = Extract<Event, { valueStart: number }>

/** What is right before a node: the end of the previous node, and the indicator in between, if any. */
export type Gap = { readonly after: number; readonly indicator: ':' | '-' | '' }

const styles: Readonly<Record<number, ScalarStyle>> = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'quoted',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'quoted',
  [SCALAR_STYLE.LITERAL_BLOCK]: 'block',
  [SCALAR_STYLE.FOLDED_BLOCK]: 'block',
}

export function scalarFrom(source: string, event: ScalarEvent, { after, indicator }: Gap): SourceScalar {
  const style = styles[event.style] ?? 'plain'
  const properties = Math.max(event.anchorEnd, event.tagEnd)
  if (event.valueStart < 0) {
    return emptyScalar(properties < 0 ? (behindIndicator(source, after, indicator) ?? after) : properties)
  }
  const text = getScalarValue(source, event)
  if (style === 'block') {
    const start = blockIndicator(source, Math.max(after, properties))
    return { type: 'scalar', style, text, start, end: lastLineEnd(source, start, event) }
  }
  const quote = style === 'quoted' ? 1 : 0
  return { type: 'scalar', style, text, start: event.valueStart - quote, end: event.valueEnd + quote }
}

/** The end of the last line of a block scalar. Blank lines after it are part of it only if it keeps them (`|+`). */
function lastLineEnd(source: string, start: number, event: ScalarEvent): number {
  const { chomping, indent, valueStart } = event
  let end = event.valueEnd
  while (end > valueStart) {
    const last = previousLineEnd(source, end)
    if (chomping === CHOMPING_MODE.KEEP) return last
    end = lineStart(source, last)
    // No line ends before a byte order mark: with a mark alone on a line, the loop would not end.
    if (source[end - 1] === '\ufeff') end--
    const line = source.slice(end, last)
    if (indent >= 0 && (line.length > indent || /[^ ]/.test(line))) return last
  }
  return lineEnd(source, start)
}

export function emptyScalar(at: number): SourceScalar {
  return { type: 'scalar', style: 'plain', text: '', start: at, end: at }
}

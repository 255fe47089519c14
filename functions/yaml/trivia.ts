/**
 * The text between the nodes of a YAML source, which the parser does not report: blanks, comments and indicators only, so
 * a `#` there always begins a comment.
 */
import { lineEnd, lineStart } from './lines.ts'
import type { SourceNode } from './node.ts'

/** The first position that is neither a blank nor in a comment. */
export function skipBlank(source: string, from: number): number {
  let position = from
  for (; position < source.length; position++) {
    const character = source[position]
    if (character === '#') position = lineEnd(source, position)
    else if (character !== ' ' && character !== '\t' && character !== '\n' && character !== '\r') break
  }
  return Math.min(position, source.length)
}

/** The position after the indicator, if that comes next. */
export function behindIndicator(source: string, from: number, indicator: string): number | undefined {
  const position = skipBlank(source, from)
  return source[position] === indicator ? position + 1 : undefined
}

/** The position after the closing bracket of a flow collection. @param from the end of its last child. */
export function behindBracket(source: string, from: number): number {
  return skipBlank(source, behindIndicator(source, from, ',') ?? from) + 1
}

/** The `|` or `>` of a block scalar. @param from the end of the text before it, which includes its anchor and its tag. */
export function blockIndicator(source: string, from: number): number {
  let position = skipBlank(source, from)
  while (position < source.length && source[position] !== '|' && source[position] !== '>') {
    position = skipBlank(source, position + 1)
  }
  return position
}

/** The start of the anchor and the tag of a node, if they are on its line; otherwise the start of the node. */
export function propertiesStart(source: string, { start, anchor, tag }: SourceNode): number {
  if (anchor === undefined && tag === undefined) return start
  const properties = /(?:(?<![^\s,[{])[&!]\S*[ \t]+)+$/.exec(source.slice(lineStart(source, start), start))
  return start - (properties?.[0].length ?? 0)
}

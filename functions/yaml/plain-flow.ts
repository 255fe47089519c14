/** Lists and maps in flow style that end on their line, for parse-plain.ts. Undefined is always: this is to be left to the other parser. */
import type { SourceEntry, SourceNode } from './node.ts'
import { plainScalarAt } from './plain-scalar.ts'
import { behindSpaces, character, type PlainText } from './plain-text.ts'

const { comma, colon, leftBracket, rightBracket, leftBrace, rightBrace } = character

/** @param depth how many more levels are allowed. */
export function plainFlowAt(text: PlainText, start: number, depth: number): SourceNode | undefined {
  const { bytes } = text
  if (depth <= 0) return undefined
  const isMap = bytes[start] === leftBrace
  const closing = isMap ? rightBrace : rightBracket
  const items: SourceNode[] = []
  const entries: SourceEntry[] = []
  let at = behindSpaces(text, start + 1)
  while (bytes[at] !== closing) {
    const node = nodeAt(text, at, depth)
    if (!node) return undefined
    at = behindSpaces(text, node.end)
    if (isMap) {
      // A colon in a plain scalar does not end it, but one with a blank or bracket behind it, and one behind quotes does.
      if (node.type !== 'scalar' || node.text === '<<' || bytes[at] !== colon) return undefined
      const value = nodeAt(text, behindSpaces(text, at + 1), depth)
      if (!value) return undefined
      entries.push({ key: node, value })
      at = behindSpaces(text, value.end)
    } else items.push(node)
    if (bytes[at] === comma) at = behindSpaces(text, at + 1)
    else if (bytes[at] !== closing) return undefined
  }
  const end = at + 1
  return isMap
    ? { type: 'map', flow: true, entries, start, end }
    : { type: 'sequence', flow: true, items, start, end }
}

function nodeAt(text: PlainText, at: number, depth: number): SourceNode | undefined {
  const code = text.bytes[at]
  return code === leftBracket || code === leftBrace
    ? plainFlowAt(text, at, depth - 1)
    : plainScalarAt(text, at, true)
}

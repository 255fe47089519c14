/** The characters of a text in ASCII, for parse-plain.ts. */

/** A text with its characters, and a line end behind them, which spares a look at the length everywhere. */
export type PlainText = { readonly source: string; readonly bytes: Uint8Array }

/** Nearly all texts are single objects. */
const scratch = Buffer.allocUnsafe(65_536)

/**
 * Valid until the next text. Undefined where it is not in ASCII. In a very long text, that may be found only where a character above 126 is read.
 */
export function plainTextOf(source: string): PlainText | undefined {
  const { length } = source
  const bytes = length < scratch.length ? scratch : Buffer.allocUnsafe(length + 1)
  // Any other character takes more than one byte.
  if (length === 0 || bytes.write(source) !== length) return undefined
  bytes[length] = character.lineFeed
  return { source, bytes }
}

export const character = {
  tab: 9,
  lineFeed: 10,
  space: 32,
  doubleQuote: 34,
  hash: 35,
  quote: 39,
  comma: 44,
  dash: 45,
  dot: 46,
  colon: 58,
  leftBracket: 91,
  backslash: 92,
  rightBracket: 93,
  leftBrace: 123,
  bar: 124,
  rightBrace: 125,
  greater: 62,
} as const

const { tab, lineFeed, space } = character

export function behindSpaces({ bytes }: PlainText, from: number): number {
  let at = from
  while (bytes[at] === space) at++
  return at
}

/** The end of the line, where all up to there can be in a comment or a block scalar. */
export function endOfText({ bytes }: PlainText, from: number): number | undefined {
  let at = from
  for (let code = bytes[at] ?? 0; code !== lineFeed; code = bytes[++at] ?? 0) {
    if ((code < space && code !== tab) || code > 126) return undefined
  }
  return at
}

/** Whether an item of a list begins. */
export function isDash({ bytes }: PlainText, at: number): boolean {
  return bytes[at] === character.dash && (bytes[at + 1] === space || bytes[at + 1] === lineFeed)
}

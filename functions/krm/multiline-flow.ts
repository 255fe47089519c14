/**
 * Where a text in quotes or brackets may go on behind its line. YAML asks for deeper lines there too, but its readers do
 * not insist (functions/yaml/events.ts), so such a text may hold what looks like the start of an item.
 *
 * Found without parsing, so that all that do go on are among them, and few others: each quote or bracket is taken to be
 * an opening one that could be one by what is before it.
 *
 * @returns positions, ascending for quotes and for each of the two brackets.
 */
export function multilineFlow(text: string): number[] {
  return [...openQuotes(text), ...openings(text, '['), ...openings(text, '{')]
}

/** What may be right before a node: blanks, the brackets and commas around it, a colon, or the end of a tag. */
const before = new Uint8Array(128)
for (const code of Buffer.from(' \t\n[{,:>')) before[code] = 1
const [lineFeed, doubleQuote, quote, backslash] = Buffer.from('\n"\'\\')

/**
 * An opening quote that is not closed after a few characters without escapes, as nearly all are. A loop over all quotes takes longer, above
 * all in a short run, in which V8 compiles it. The limit is for the stack of a pattern, and for lines of which each quote would be looked for up to the end.
 */
const longQuote = /["'](?<=(?:^|[ \t\n[{,:>])["'])(?<!'(?=[^'\n]{0,100}'(?!'))|"(?=[^"\\\n]{0,100}"))/g

function openQuotes(text: string): number[] {
  const open: number[] = []
  longQuote.lastIndex = 0
  while (longQuote.test(text)) {
    const at = longQuote.lastIndex - 1
    const closes = text.charCodeAt(at) === quote ? closesSingle : closesDouble
    if (!closes(text, at)) open.push(at)
  }
  return open
}

function openings(text: string, bracket: '[' | '{'): number[] {
  const open: number[] = []
  for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
    const isFirst = at === 0 || before[text.charCodeAt(at - 1)] === 1
    if (!isFirst && !hasProperties(text, at)) continue
    if (!closesFlow(text, at)) open.push(at)
  }
  return open
}

/** An anchor or a tag ends where a bracket begins. Longer ones than anybody writes are taken for one. */
function hasProperties(text: string, at: number): boolean {
  for (let position = at - 1; position >= at - longWord; position--) {
    const character = text[position] ?? ' '
    if (character === '&' || character === '!') return true
    if (character === ' ' || character === '\t' || character === '\n') return false
  }
  return true
}

const longWord = 100

/** Two quotes are one in the text. */
function closesSingle(text: string, at: number): boolean {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === lineFeed) return false
    if (code === quote && text.charCodeAt(next + 1) !== quote) return true
    if (code === quote) next++
  }
  return false
}

function closesDouble(text: string, at: number): boolean {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === lineFeed) return false
    if (code === doubleQuote) return true
    // What an escaped line end continues is not closed on its line.
    if (code === backslash && text.charCodeAt(++next) === lineFeed) return false
  }
  return false
}

/** Of one level, with quotes around whole items only: anything less plain counts as open. */
const plainFlow =
  /[[{] *(?:(?:"[^"\\\n]*"|'[^'\n]*'|[^\s"'[\]{},#][^"'[\]{},#\n]*)(?:, *|(?= *[\]}])))* *[\]}]/y
const longFlow = 1000

function closesFlow(text: string, at: number): boolean {
  const end = text.indexOf('\n', at)
  if ((end < 0 ? text.length : end) - at >= longFlow) return false
  plainFlow.lastIndex = at
  return plainFlow.test(text)
}

/**
 * Whether a text without blanks may be in a key or value of some YAML: as it is, or written with escapes. A RegExp finds
 * any of several texts in one search, and has the flag g.
 */
export type Prefilter = (text: string | RegExp) => boolean

/** The escapes in double quotes that may mean a printable character, or join two lines. */
const escapes = new Set(['x', 'u', 'U', '/', '\n', '\r'])

/**
 * Looks into pieces of a source. Where they are asked for in their order, the source is searched once for each text,
 * however many pieces there are.
 */
export function prefilter(source: string): (start: number, end: number) => Prefilter {
  const next = new Map<string | RegExp, Found & { readonly from: number }>()
  const findFrom = (start: number, text: string | RegExp): Found => {
    const known = next.get(text)
    if (known && known.from <= start && start <= known.at) return known
    const found = { from: start, ...find(source, text, start) }
    next.set(text, found)
    return found
  }
  return (start, end) => (text) => findFrom(start, text).end <= end || findFrom(start, escape).end <= end
}

type Found = { readonly at: number; readonly end: number }

const nowhere: Found = { at: Infinity, end: Infinity }

function find(source: string, text: string | RegExp, from: number): Found {
  if (typeof text !== 'string') {
    text.lastIndex = from
    const match = text.exec(source)
    return match ? { at: match.index, end: text.lastIndex } : nowhere
  }
  const at = text === escape ? nextEscape(source, from) : source.indexOf(text, from)
  return at < 0 ? nowhere : { at, end: at + text.length + (text === escape ? 1 : 0) }
}

const escape = '\\'

function nextEscape(source: string, from: number): number {
  let at = source.indexOf(escape, from)
  while (at >= 0 && !escapes.has(source[at + 1] ?? '')) at = source.indexOf(escape, at + 1)
  return at
}

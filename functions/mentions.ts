/** Whether a text without blanks may stand in a key or value of some YAML: as it is, or written with escapes. */
export type Mentions = (text: string) => boolean

/** The escapes in double quotes that may stand for a printable character, or join two lines. */
const escapes = new Set(['x', 'u', 'U', '/', '\n', '\r'])

/**
 * Looks into pieces of a source. Where they are asked for in their order, the source is searched once for each text,
 * however many pieces there are.
 */
export function mentionsIn(source: string): (start: number, end: number) => Mentions {
  const next = new Map<string, { readonly from: number; readonly at: number }>()
  const findFrom = (start: number, text: string): number => {
    const known = next.get(text)
    if (known && known.from <= start && start <= known.at) return known.at
    const at = text === escape ? nextEscape(source, start) : source.indexOf(text, start)
    const found = at < 0 ? Infinity : at
    next.set(text, { from: start, at: found })
    return found
  }
  return (start, end) => (text) =>
    findFrom(start, text) + text.length <= end || findFrom(start, escape) + 1 < end
}

const escape = '\\'

function nextEscape(source: string, from: number): number {
  let at = source.indexOf(escape, from)
  while (at >= 0 && !escapes.has(source[at + 1] ?? '')) at = source.indexOf(escape, at + 1)
  return at
}

/**
 * Whether a text without blanks may be in a key or value of some YAML: as it is, or written with escapes or in base64. A RegExp
 * finds any of several texts in one search, and has the flag g.
 */
export type Prefilter = (text: string | RegExp) => boolean

/** A pattern with a first character that is rare in manifests, so that most of a source is not matched. */
type Rare = { readonly first: string; readonly pattern: RegExp }
type Searched = string | RegExp | Rare

/** The escapes in double quotes that may mean a printable character, or join two lines. */
const escape: Rare = { first: '\\', pattern: /\\[xuU/\n\r]/y }
/** The tag of base64. A percent sign in a tag is an escape. */
const base64: Rare = { first: '!', pattern: /!(?:!|<tag:yaml\.org,2002:)(?:binary|\w{0,8}%)/y }

/**
 * Looks into pieces of a source. Where they are asked for in their order, the source is searched once for each text,
 * however many pieces there are.
 */
export function prefilter(source: string): (start: number, end: number) => Prefilter {
  const next = new Map<Searched, Found & { readonly from: number }>()
  const findFrom = (start: number, text: Searched): Found => {
    const known = next.get(text)
    if (known && known.from <= start && start <= known.at) return known
    const found = { from: start, ...find(source, text, start) }
    next.set(text, found)
    return found
  }
  return (start, end) => {
    const has = (text: Searched) => findFrom(start, text).end <= end
    let mayHaveAny: boolean | undefined
    return (text) => has(text) || (mayHaveAny ??= has(escape) || has(base64))
  }
}

type Found = { readonly at: number; readonly end: number }

const nowhere: Found = { at: Infinity, end: Infinity }

function find(source: string, text: Searched, from: number): Found {
  if (text instanceof RegExp) return match(source, text, from)
  if (typeof text === 'object') return findRare(source, text, from)
  const at = source.indexOf(text, from)
  return at < 0 ? nowhere : { at, end: at + text.length }
}

function match(source: string, pattern: RegExp, from: number): Found {
  pattern.lastIndex = from
  const found = pattern.exec(source)
  return found ? { at: found.index, end: pattern.lastIndex } : nowhere
}

function findRare(source: string, { first, pattern }: Rare, from: number): Found {
  for (let at = source.indexOf(first, from); at >= 0; at = source.indexOf(first, at + 1)) {
    const found = match(source, pattern, at)
    if (found !== nowhere) return found
  }
  return nowhere
}

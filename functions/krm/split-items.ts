/**
 * Cuts the text of a ResourceList into its items by indentation, without parsing it: what is at the column of the
 * items' dashes, or left of it, is no part of an item, be it in block scalars, because YAML asks of every line of an item
 * to be indented more (https://yaml.org/spec/1.2.2/#61-indentation-spaces). In quotes and brackets its readers do not insist
 * on that: see multiline-flow.ts.
 */

type SplitItems = {
  /** Where each item begins, at the start of the line of its dash. The first is right behind `items:`. */
  readonly starts: readonly number[]
  /** Where the line behind the last item begins. */
  readonly end: number
}

const lineFeed = 10
const space = 32
const dash = 45
const hash = 35

/** A key of the ResourceList itself, as programs write it. */
const topKey = /[A-Za-z]+:(?=[ \n])/y
const itemsKey = /items:[ ]*\n/y

/** @returns undefined where the text is not written in the one way that can be cut: then it is to be parsed whole. */
export function splitItems(text: string): SplitItems | undefined {
  if (text.includes('\r') || !text.endsWith('\n')) return undefined
  const starts: number[] = []
  let state: 'before' | 'items' | 'behind' = 'before'
  let end = text.length
  let column = -1
  /** Leads to the next line that is no deeper than the items, which few lines are. */
  let shallow: RegExp | undefined
  for (let line = 0; line < text.length; line = nextLine(text, line, shallow)) {
    let at = line
    while (text.charCodeAt(at) === space) at++
    const first = text.charCodeAt(at)
    if (first === lineFeed || first === hash) continue
    const indent = at - line
    if (state === 'items') {
      if (column < 0) {
        column = indent
        shallow = indent > usualIndent ? undefined : new RegExp(`\\n(?= {0,${indent}}[^ \\n#])`, 'g')
      }
      if (indent > column) continue
      if (indent === column && isDash(text, at)) {
        starts.push(line)
        continue
      }
      if (starts.length === 0 || indent > 0) return undefined
      end = line
      state = 'behind'
      shallow = undefined
    }
    // What is deeper, or an item of another list, is part of the value of the key above.
    if (indent > 0 || isDash(text, at)) continue
    topKey.lastIndex = at
    if (!topKey.test(text)) return undefined
    if (!text.startsWith('items:', at)) continue
    itemsKey.lastIndex = at
    if (state !== 'before' || !itemsKey.test(text)) return undefined
    state = 'items'
  }
  return starts.length > 0 && !sharesAnchors(text, starts, end) ? { starts, end } : undefined
}

/** For more, a pattern may need much memory. */
const usualIndent = 100

/** @param shallow finds the end of the line before. V8 compiles a pattern at once, and a loop only after it has run for long. */
function nextLine(text: string, line: number, shallow: RegExp | undefined): number {
  if (!shallow) return text.indexOf('\n', line) + 1
  shallow.lastIndex = line
  return shallow.test(text) ? shallow.lastIndex : text.length
}

function isDash(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1)
  return text.charCodeAt(at) === dash && (next === space || next === lineFeed)
}

/** Whether an alias may mean an anchor in another item, or outside the items. */
function sharesAnchors(text: string, starts: readonly number[], end: number): boolean {
  const aliases = namesBehind('*', text, starts, end)
  if (aliases.size === 0) return false
  const anchors = namesBehind('&', text, starts, end)
  return [...aliases].some(([name, place]) => {
    const other = anchors.get(name)
    return other !== undefined && (other !== place || place === several)
  })
}

const outside = -1
const several = -2

/** All that may be a name of an anchor or alias, with the index of the item that it is in. */
function namesBehind(
  indicator: string,
  text: string,
  starts: readonly number[],
  end: number,
): Map<string, number> {
  const names = new Map<string, number>()
  const pattern = /[^\s,[\]{}]+/y
  let item = outside
  for (let at = text.indexOf(indicator); at >= 0; at = text.indexOf(indicator, at + 1)) {
    pattern.lastIndex = at + 1
    const name = pattern.exec(text)?.[0]
    if (name === undefined) continue
    while ((starts[item + 1] ?? end) <= at && item + 1 < starts.length) item++
    const place = at < end ? item : outside
    names.set(name, (names.get(name) ?? place) === place ? place : several)
  }
  return names
}

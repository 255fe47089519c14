/**
 * YAML as nearly all manifests are written, read straight into the tree: several times as fast as by the events of a parser that knows all
 * of YAML (parse.ts), which reads everything else. So nothing is decided here: what is unusual or wrong is left to the other parser, and
 * a property test compares the trees of both.
 *
 * Read are maps and lists in block style, scalars and flow style that end on their line, block scalars and comments, in ASCII. Not read
 * are anchors, aliases, tags, merge keys, complex keys, directives, several documents, CRLF, and tabs outside of block scalars.
 */
import type { SourceEntry, SourceNode, SourceScalar } from './node.ts'
import { emptyScalar } from './parse-scalar.ts'
import { plainFlowAt } from './plain-flow.ts'
import { blockScalarAt, plainScalarAt } from './plain-scalar.ts'
import { behindSpaces, character, endOfText, isDash, type PlainText, plainTextOf } from './plain-text.ts'

/** The root; undefined where the text is not that plain, or wrong. */
export function parsePlain(source: string): SourceNode | undefined {
  const text = plainTextOf(source)
  return text && new PlainReader(text).read()
}

const { lineFeed, space, hash, colon, leftBracket, leftBrace, bar, greater } = character

/** The other parser allows 200 levels, and counts them in another way. */
const maxDepth = 60

/** Undefined is always: this is to be left to the other parser. */
class PlainReader {
  readonly #text: PlainText
  /** Where the first character of the next line that has a node is. */
  #at = 0
  /** Its column; -1 at the end. */
  #column = 0
  #depth = 0

  constructor(text: PlainText) {
    this.#text = text
  }

  read(): SourceNode | undefined {
    if (!this.#goTo(0) || this.#column < 0) return undefined
    const root = this.#block(this.#column)
    return this.#column < 0 ? root : undefined
  }

  /** To the first line from here on that is neither blank nor a comment. @param line its start. */
  #goTo(line: number): boolean {
    const { source, bytes } = this.#text
    let next = line
    while (next < source.length) {
      const at = behindSpaces(this.#text, next)
      if (bytes[at] !== lineFeed && bytes[at] !== hash) {
        this.#at = at
        this.#column = at - next
        return true
      }
      const end = endOfText(this.#text, at)
      if (end === undefined) return false
      next = end + 1
    }
    this.#column = -1
    return true
  }

  /** To the next line, if only blanks and a comment are on this one. */
  #endLine(from: number): boolean {
    const { bytes } = this.#text
    const at = behindSpaces(this.#text, from)
    if (bytes[at] === lineFeed) return this.#goTo(at + 1)
    if (bytes[at] !== hash || at === from) return false
    const end = endOfText(this.#text, at)
    return end !== undefined && this.#goTo(end + 1)
  }

  /** A map or a list that begins on the next line. */
  #block(column: number): SourceNode | undefined {
    if (isDash(this.#text, this.#at)) return this.#sequence(column)
    const key = plainScalarAt(this.#text, this.#at, false)
    return key && this.#map(column, key)
  }

  #sequence(column: number): SourceNode | undefined {
    if (++this.#depth > maxDepth) return undefined
    const start = this.#at
    const items: SourceNode[] = []
    let end = start
    do {
      const behind = this.#at + 1
      const item = this.#value(behindSpaces(this.#text, behind), behind, column, true)
      if (!item || this.#column > column) return undefined
      items.push(item)
      end = item.end
    } while (this.#column === column && isDash(this.#text, this.#at))
    this.#depth--
    return { type: 'sequence', flow: false, items, start, end }
  }

  /** @param first its first key. */
  #map(column: number, first: SourceScalar): SourceNode | undefined {
    if (++this.#depth > maxDepth) return undefined
    const { bytes } = this.#text
    const entries: SourceEntry[] = []
    let key = first
    for (;;) {
      const behind = behindSpaces(this.#text, key.end) + 1
      const isKey = bytes[behind - 1] === colon && (bytes[behind] === space || bytes[behind] === lineFeed)
      if (!isKey || key.text === '<<') return undefined
      const value = this.#value(behindSpaces(this.#text, behind), behind, column, false)
      if (!value || this.#column > column) return undefined
      entries.push({ key, value })
      if (this.#column < column) {
        this.#depth--
        return { type: 'map', flow: false, entries, start: first.start, end: value.end }
      }
      const next = isDash(this.#text, this.#at) ? undefined : plainScalarAt(this.#text, this.#at, false)
      if (!next) return undefined
      key = next
    }
  }

  /** @param behind the indicator before it. @param column of the map or list that it is in. */
  #value(at: number, behind: number, column: number, isItem: boolean): SourceNode | undefined {
    const text = this.#text
    const code = text.bytes[at]
    if (code === lineFeed || code === hash) {
      if (!this.#endLine(behind)) return undefined
      if (this.#column > column) return this.#block(this.#column)
      const isCompact = !isItem && this.#column === column && isDash(text, this.#at)
      return isCompact ? this.#sequence(column) : emptyScalar(behind)
    }
    if (code === bar || code === greater) {
      const block = blockScalarAt(text, at, column)
      return block && this.#goTo(block.next) ? block.node : undefined
    }
    if (code === leftBracket || code === leftBrace) {
      const node = plainFlowAt(text, at, maxDepth - this.#depth)
      return node && this.#endLine(node.end) ? node : undefined
    }
    const inner = column + at - behind + 1
    if (isItem && isDash(text, at)) {
      this.#at = at
      return this.#sequence(inner)
    }
    const scalar = plainScalarAt(text, at, false)
    if (!scalar) return undefined
    if (isItem && text.bytes[behindSpaces(text, scalar.end)] === colon) return this.#map(inner, scalar)
    return this.#endLine(scalar.end) ? scalar : undefined
  }
}

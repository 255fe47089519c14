/**
 * Extracts the items of a list as it arrives, so that each can be read and dropped before the next one. Why pages are not
 * parsed as a whole is measured in docs/adr/0011-own-list-and-watch.md.
 *
 *     { "kind": …, "metadata": { … }, "items": [ {…}, {…} ] }
 */
import { failed, type Peer } from '../failure.ts'

/** Of what is directly in a value of the outermost object, and of what is directly in the metadata of an item. */
const [itemDepth, metadataDepth] = [2, 4]
/** Two thirds of the metadata of a pod, of which nothing is read. In a string, a backslash would precede the quotes. */
const managedFields = Buffer.from('"managedFields":')

/** In how many of the first chunks the beginning of the items is looked for. An API server sends it in the first one. */
const chunksOfHead = 4

type ItemReaders = {
  /** Is called with each item that was not scanned, parsed; its managed fields are an empty list. */
  readonly item: (object: unknown) => void
  /** Reads the item that begins at an index, where it can do so faster. @returns the index after it; 0 where it has to be parsed. */
  readonly scan?: (bytes: Buffer, start: number) => number
  /** Is called at most once, with the list without its items, as far as it precedes them. */
  readonly begun?: (head: unknown) => void
  /** What to wait for before more is read. */
  readonly ready?: (() => Promise<void> | undefined) | undefined
}

/** @returns the list without its items, parsed. */
export async function readListItems(
  chunks: AsyncIterable<Buffer>,
  peer: Peer,
  { item, scan = () => 0, begun, ready }: ItemReaders,
): Promise<unknown> {
  const { add, rest } = itemSplitter((pieces) => item(parse(pieces, peer)), scan)
  let attempts = begun === undefined ? 0 : chunksOfHead
  for await (const chunk of chunks) {
    add(chunk)
    if (attempts > 0) {
      const head = headOf(rest)
      attempts = head === undefined ? attempts - 1 : 0
      if (head !== undefined) begun?.(head)
    }
    const pause = ready?.()
    if (pause) await pause
  }
  return parse(rest, peer)
}

type ItemSplitter = {
  readonly add: (chunk: Buffer) => void
  /** What is not in an item. */
  readonly rest: readonly Buffer[]
}

/** @param item is called with each item: pieces of the last chunk and copies of earlier ones. */
function itemSplitter(
  item: (pieces: readonly Buffer[]) => void,
  scan: (bytes: Buffer, start: number) => number,
): ItemSplitter {
  const rest: Buffer[] = []
  let begun: Buffer[] = []
  let state = { depth: 0, inList: false, inString: false, inItem: false, skips: false, escaped: 0 }
  const add = (chunk: Buffer) => {
    // Half of the time in which a cluster is listed is spent in this loop. Variables of its own are kept in registers.
    const [quote, comma, backslash] = [34, 44, 92] as const
    // [ and { differ in one bit, as do ] and }, and no other bytes between two strings are above them.
    const [brackets, braceBit, openBrace, closeBrace, openBracket] = [91, 32, 123, 125, 91] as const
    let { depth, inList, inString, inItem, skips } = state
    const { length } = chunk
    /** From where the bytes of this chunk are not put away yet. */
    let start = 0
    /** How many pieces of the item are copies. */
    let copied = begun.length
    let at = state.escaped
    for (; at < length; at++) {
      const byte = chunk[at] ?? 0
      if (inString || byte === quote) {
        if (!inString) at++
        inString = true
        for (; at < length; at++) {
          const next = chunk[at]
          if (next === quote) {
            inString = false
            break
          }
          if (next === backslash) at++
        }
        if (inString) break
      } else if (byte < brackets) {
        if (byte === comma && depth === itemDepth && inList) {
          keep(rest, chunk, start, at)
          start = at + 1
        }
      } else if ((byte | braceBit) === openBrace) {
        if (depth === itemDepth && inList && byte === openBrace) {
          keep(rest, chunk, start, at)
          const scanned = scan(chunk, at)
          if (scanned > 0) {
            start = scanned
            at = scanned - 1
            continue
          }
          start = at
          inItem = true
        } else if (
          depth === metadataDepth &&
          inItem &&
          byte === openBracket &&
          follows(managedFields, chunk, at)
        ) {
          begun.push(chunk.subarray(start, at + 1))
          skips = true
        }
        if (++depth === itemDepth) inList = byte === openBracket
      } else if ((byte | braceBit) === closeBrace) {
        depth--
        if (skips && depth === metadataDepth) {
          start = at
          skips = false
        } else if (inItem && depth === itemDepth) {
          begun.push(chunk.subarray(start, at + 1))
          item(begun)
          begun = []
          copied = 0
          start = at + 1
          inItem = false
        }
      }
    }
    // A backslash at the end escapes the first byte of the next chunk.
    state = { depth, inList, inString, inItem, skips, escaped: at - length }
    if (!inItem) return keep(rest, chunk, start, length)
    if (!skips) begun.push(chunk.subarray(start))
    begun = begun.map((piece, index) => (index < copied ? piece : Buffer.from(piece)))
  }
  return { add, rest }
}

/** @returns undefined where they do not end with the bracket of a list that is directly in the outermost object. */
function headOf(pieces: readonly Buffer[]): unknown {
  try {
    return JSON.parse(`${Buffer.concat(pieces).toString()}]}`)
  } catch {
    return undefined
  }
}

/** Where a chunk begins within the text, it is not recognized. */
function follows(text: Buffer, chunk: Buffer, end: number): boolean {
  const begin = end - text.length
  return begin >= 0 && text.compare(chunk, begin, end) === 0
}

/** A copy: a piece of a chunk would keep all of it. */
function keep(pieces: Buffer[], chunk: Buffer, start: number, end: number): void {
  if (start < end) pieces.push(Buffer.from(chunk.subarray(start, end)))
}

function parse(pieces: readonly Buffer[], peer: Peer): unknown {
  const [first] = pieces
  const bytes = pieces.length === 1 && first ? first : Buffer.concat(pieces)
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw failed({
      code: 'BAD_ANSWER',
      message: 'the list of the API server is not JSON, or is incomplete',
      ...peer,
    })
  }
}

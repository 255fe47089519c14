/**
 * Extracts the items of a list as it arrives, so that each can be read and dropped before the next one. Why pages are not
 * parsed as a whole is measured in docs/adr/0011-own-list-and-watch.md.
 *
 *     { "kind": …, "metadata": { … }, "items": [ {…}, {…} ] }
 */
import { failed, type Peer } from '../failure.ts'

const [quote, backslash, comma] = [34, 92, 44]
const [openBrace, closeBrace, openBracket, closeBracket] = [123, 125, 91, 93]
/** Of what is directly in a value of the outermost object. */
const itemDepth = 2

/** @param item is called with each item, parsed. @param ready what to wait for before more is read. @returns the list without its items, parsed. */
export async function readListItems(
  chunks: AsyncIterable<Buffer>,
  peer: Peer,
  item: (object: unknown) => void,
  ready?: () => Promise<void> | undefined,
): Promise<unknown> {
  /** What is not in an item. */
  const rest: Buffer[] = []
  let begun: Buffer[] = []
  let [depth, inList, inString, escaped, inItem] = [0, false, false, false, false]
  for await (const chunk of chunks) {
    /** From where the bytes of this chunk are not put away yet. */
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
      } else if (byte === quote) inString = true
      else if (byte === openBrace || byte === openBracket) {
        if (depth === itemDepth && inList && byte === openBrace) {
          keep(rest, chunk.subarray(start, at))
          start = at
          inItem = true
        }
        if (++depth === itemDepth) inList = byte === openBracket
      } else if (byte === closeBrace || byte === closeBracket) {
        depth--
        if (inItem && depth === itemDepth) {
          begun.push(chunk.subarray(start, at + 1))
          item(parse(begun, peer))
          begun = []
          start = at + 1
          inItem = false
        }
      } else if (byte === comma && depth === itemDepth && inList) {
        keep(rest, chunk.subarray(start, at))
        start = at + 1
      }
    }
    keep(inItem ? begun : rest, chunk.subarray(start))
    const pause = ready?.()
    if (pause) await pause
  }
  return parse(rest, peer)
}

/** A copy: a piece of a chunk would keep all of it. */
function keep(pieces: Buffer[], piece: Buffer): void {
  if (piece.length > 0) pieces.push(Buffer.from(piece))
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

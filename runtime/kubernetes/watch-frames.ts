/** A watch's answer: one JSON text a line. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
import { failed, type Peer } from '../failure.ts'

/** An object of etcd has 1.5 MB at most. */
const longestFrame = 16 * 2 ** 20

/** The complete frames. What follows the last line end is incomplete and dropped. */
export async function* watchFrames(chunks: AsyncIterable<Buffer>, peer: Peer): AsyncGenerator<Buffer> {
  let begun: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end)
      yield length === 0 ? piece : Buffer.concat([...begun, piece])
      begun = []
      length = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    begun.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > longestFrame) throw broken('has a frame of more than 16 MiB', peer)
  }
}

export function parseFrame(frame: Buffer, peer: Peer): unknown {
  try {
    return JSON.parse(frame.toString())
  } catch {
    throw broken('has a frame that is not JSON', peer)
  }
}

function broken(what: string, peer: Peer): Error {
  return failed({ code: 'BAD_ANSWER', message: `the watch of the API server ${what}`, ...peer })
}

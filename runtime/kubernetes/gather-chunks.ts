import type { Clock } from '../scheduling/clock.ts'

/** How long, in milliseconds. */
const gathering = 50
/** More bytes than that in a second arrive together anyway, and an API server closes watches that do not keep up. */
const manyBytes = 2 ** 20
const second = 1000

/**
 * The chunks of a watch. After each, those that arrive within the next moment are gathered and then read together: to wake up for one change
 * costs several times what it costs to read it. What comes after a pause is read at once.
 *
 * @param chunks of a stream of Node: one has everything that has arrived until it is read.
 */
export async function* gatherChunks(chunks: AsyncIterable<Buffer>, clock: Clock): AsyncGenerator<Buffer> {
  let begun = clock.now()
  let bytes = 0
  let isBusy = false
  for await (const chunk of chunks) {
    yield chunk
    bytes += chunk.length
    if (bytes > manyBytes) isBusy = true
    if (clock.now() - begun >= second) {
      isBusy = bytes > manyBytes
      begun = clock.now()
      bytes = 0
    }
    if (!isBusy) await clock.sleep(gathering, { ref: false })
  }
}

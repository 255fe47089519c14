import { readSync } from 'node:fs'
import { invalid, type Parsed } from '../../api/parsed.ts'

/**
 * All of standard input, read in one go: as a stream, a large list waits for a thread with every piece of it. If the
 * parent process made it non-blocking, the rest is read as it comes.
 *
 * @param stdin asked for only then: Node makes a pipe non-blocking as soon as its stream is looked at.
 */
export async function readStdin(
  stdin: () => AsyncIterable<Uint8Array>,
  read = readChunk,
): Promise<Parsed<Buffer>> {
  const chunks: Uint8Array[] = []
  try {
    for (let chunk = read(); chunk.length > 0; chunk = read()) chunks.push(chunk)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (typeof code !== 'string') throw error
    if (code !== 'EAGAIN') return invalid(`standard input cannot be read: ${code}`)
    for await (const chunk of stdin()) chunks.push(chunk)
  }
  return { value: Buffer.concat(chunks) }
}

/** What a pipe holds on Linux. */
const chunkSize = 65_536

function readChunk(): Uint8Array {
  const buffer = Buffer.allocUnsafe(chunkSize)
  return buffer.subarray(0, readSync(0, buffer))
}

import { constants } from 'node:buffer'
import { fstatSync, readSync } from 'node:fs'
import { invalid, type Parsed } from '../../api/parsed.ts'

export type InputLimit = {
  /** In bytes. */
  readonly largest: number
  /** Whether a piece of the input shows that it is not what is expected: the rest is not read, and who decodes it reports it. */
  readonly isUseless?: (piece: Uint8Array) => boolean
}

/**
 * Of a ResourceList, which may be all manifests of a repository: V8 has no longer string. Its characters are never more than its
 * bytes.
 */
export const largestList = constants.MAX_STRING_LENGTH

/**
 * All of standard input, read in one go: as a stream, a large list waits for a thread with every piece of it. If the
 * parent process made it non-blocking, the rest is read as it comes.
 *
 * @param stdin asked for only then: Node makes a pipe non-blocking as soon as its stream is looked at.
 */
export async function readStdin(
  limit: InputLimit,
  stdin: () => AsyncIterable<Uint8Array>,
  read = readChunk,
): Promise<Parsed<Buffer>> {
  const input = new BoundedInput('standard input', limit)
  try {
    while (input.wantsMore) {
      const chunk = read()
      if (chunk.length === 0) break
      input.add(chunk)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (typeof code !== 'string') throw error
    if (code !== 'EAGAIN') return invalid(`standard input cannot be read: ${code}`)
    for await (const chunk of stdin()) {
      input.add(chunk)
      if (!input.wantsMore) break
    }
  }
  return input.end()
}

/** Pieces of an input of which nobody knows the end. */
export class BoundedInput {
  readonly #name: string
  readonly #limit: InputLimit
  readonly #chunks: Uint8Array[] = []
  #size = 0
  #isUseless = false

  /** @param name for messages. */
  constructor(name: string, limit: InputLimit) {
    this.#name = name
    this.#limit = limit
  }

  get wantsMore(): boolean {
    return !this.#isUseless && this.#size <= this.#limit.largest
  }

  add(chunk: Uint8Array): void {
    this.#isUseless ||= this.#limit.isUseless?.(chunk) ?? false
    this.#size += chunk.length
    this.#chunks.push(chunk)
  }

  end(): Parsed<Buffer> {
    const { largest } = this.#limit
    const [only, ...more] = this.#chunks
    if (only && more.length === 0 && this.#size <= largest)
      return { value: Buffer.from(only.buffer, only.byteOffset, only.length) }
    if (this.#size <= largest) return { value: Buffer.concat(this.#chunks) }
    return invalid(`${this.#name} has more than ${largest} bytes, which is the limit`)
  }
}

/** What a pipe holds on Linux, and what is read of a file at once. */
const [pipeSize, chunkSize] = [65_536, 1_048_576]

let free: Buffer | undefined

/** A large list has few buffers, however small the pieces are that a pipe gives; a file has one, which spares a copy of all. */
function readChunk(): Uint8Array {
  free ??= Buffer.allocUnsafe(Math.max(chunkSize, fileSize() + pipeSize))
  if (free.length < pipeSize) free = Buffer.allocUnsafe(chunkSize)
  const size = readSync(0, free)
  const chunk = free.subarray(0, size)
  free = free.subarray(size)
  return chunk
}

/** Of standard input, if it is a file that is not too large; else 0. */
function fileSize(): number {
  const { size } = fstatSync(0)
  return size <= largestList ? size : 0
}

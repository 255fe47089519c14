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
  file = standardInput,
): Promise<Parsed<Buffer>> {
  const input = new BoundedInput('standard input', limit)
  try {
    const read = chunksOf(file, limit.largest)
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
    const last = this.#chunks.at(-1)
    if (last?.buffer !== chunk.buffer || last.byteOffset + last.length !== chunk.byteOffset)
      this.#chunks.push(chunk)
    // What follows the last chunk in its buffer extends it, which spares a copy of all.
    else this.#chunks.splice(-1, 1, Buffer.from(last.buffer, last.byteOffset, last.length + chunk.length))
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

export type InputFile = {
  /** In bytes; 0 of a pipe. */
  readonly size: () => number
  /** @returns how many bytes were read; 0 at the end. */
  readonly readInto: (buffer: Buffer) => number
}

const standardInput: InputFile = {
  size: () => fstatSync(0).size,
  readInto: (buffer) => readSync(0, buffer),
}

/** What a pipe holds on Linux, and what is read of a file at once. */
const [pipeSize, chunkSize] = [65_536, 1_048_576]

/**
 * A large list has few buffers, however small the pieces are that a pipe gives; a file has one. The file is read into it piece by
 * piece: memory that nothing was read into costs nothing, and the first pieces may show that the rest is of no use.
 */
function chunksOf(file: InputFile, largest: number): () => Uint8Array {
  let free = Buffer.allocUnsafe(Math.max(chunkSize, Math.min(file.size(), largest) + pipeSize))
  return () => {
    if (free.length < pipeSize) free = Buffer.allocUnsafe(chunkSize)
    const size = file.readInto(free.subarray(0, chunkSize))
    const chunk = free.subarray(0, size)
    free = free.subarray(size)
    return chunk
  }
}

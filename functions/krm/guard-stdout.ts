import { writeSync } from 'node:fs'
import { exitCode } from '../../api/exit-code.ts'

/**
 * Has a failed write to standard output end the program as the table of exit codes has it, not with a stack trace: in
 * silence where the reader has gone, as in `… | head`.
 */
export function guardStdout(process: NodeJS.Process): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => end(process, error))
}

/** All of the text, or the end of the program: Node's own write to a file takes a part that fitted for the whole. */
export function writeStdout(process: NodeJS.Process, pieces: readonly string[]): void {
  const encoder = new TextEncoder()
  // One buffer for all: another copy of a large text would take more time than to write it.
  const buffer = Buffer.allocUnsafe(Math.min(bufferSize, mostBytes(pieces)))
  let filled = 0
  for (let next = 0; next < pieces.length;) {
    const from = next
    next = batchEnd(pieces, from)
    const batch = pieces.slice(from, next).join('')
    for (let at = 0; at < batch.length;) {
      const { read, written } = encoder.encodeInto(
        at === 0 ? batch : batch.slice(at),
        buffer.subarray(filled),
      )
      at += read
      filled += written
      if (at === batch.length) break
      const rest = () => [batch.slice(at), ...pieces.slice(next)]
      if (!writeAll(process, buffer.subarray(0, filled), rest)) return
      filled = 0
    }
  }
  writeAll(process, buffer.subarray(0, filled), () => [])
}

const [bufferSize, batchSize] = [1_048_576, 65_536]

/** Enough for a whole character too. */
function mostBytes(pieces: readonly string[]): number {
  return pieces.reduce((sum, { length }) => sum + 3 * length, 4)
}

/** Short pieces are joined: to encode each takes longer than to copy it. A long one is a batch of its own, and not copied. */
function batchEnd(pieces: readonly string[], from: number): number {
  let size = 0
  let index = from
  for (; index < pieces.length; index++) {
    size += pieces[index]?.length ?? 0
    if (size > batchSize) break
  }
  return Math.max(index, from + 1)
}

/** Whether the rest is still to be written. @param rest what follows. */
function writeAll(process: NodeJS.Process, bytes: Uint8Array, rest: () => readonly string[]): boolean {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written)
    return true
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error
    if (error.code !== 'EAGAIN') {
      end(process, { code: error.code })
      return false
    }
    // A pipe that does not block and is full: Node waits for its reader. Its stream, with all of Node's sockets, is loaded only for this.
    guardStdout(process)
    process.stdout.write(bytes.subarray(written))
    for (const text of rest()) process.stdout.write(text)
    return false
  }
}

function end(process: NodeJS.Process, { code = 'unknown' }: { readonly code?: string | undefined }): void {
  if (code !== 'EPIPE') {
    process.stderr.write(`error: standard output cannot be written: ${code}\n`)
  }
  process.exit(exitCode.output)
}

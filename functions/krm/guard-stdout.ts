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
export function writeStdout(process: NodeJS.Process, text: string): void {
  // Piece by piece: the whole text as bytes would be another copy of it in memory.
  for (let start = 0, next = 0; start < text.length; start = next) {
    next = endOfPiece(text, start + pieceLength)
    const bytes = Buffer.from(text.slice(start, next))
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(1, bytes, written)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error
      if (error.code !== 'EAGAIN') return end(process, { code: error.code })
      // A pipe that does not block and is full: Node waits for its reader. Its stream, with all of Node's sockets, is loaded only for this.
      guardStdout(process)
      process.stdout.write(bytes.subarray(written))
      process.stdout.write(text.slice(next))
      return
    }
  }
}

const pieceLength = 1_048_576

/** Not between the two halves of a character, which would be two wrong ones. */
export function endOfPiece(text: string, wanted: number): number {
  const last = text.charCodeAt(wanted - 1)
  return last >= 0xd800 && last < 0xdc00 ? wanted + 1 : wanted
}

function end(process: NodeJS.Process, { code = 'unknown' }: { readonly code?: string | undefined }): void {
  if (code !== 'EPIPE') {
    process.stderr.write(`error: standard output cannot be written: ${code}\n`)
  }
  process.exit(exitCode.output)
}

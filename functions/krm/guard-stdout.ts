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
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error
    // A pipe that does not block and is full: Node waits for its reader. Its stream, with all of Node's sockets, is loaded only for this.
    if (error.code === 'EAGAIN') {
      guardStdout(process)
      process.stdout.write(bytes.subarray(written))
    } else end(process, { code: error.code })
  }
}

function end(process: NodeJS.Process, { code = 'unknown' }: { readonly code?: string | undefined }): void {
  if (code !== 'EPIPE') {
    process.stderr.write(`error: standard output cannot be written: ${code}\n`)
  }
  process.exit(exitCode.output)
}

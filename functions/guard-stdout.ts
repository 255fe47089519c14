import { exitCode } from '../api/exit-code.ts'

/**
 * Has a failed write to standard output end the program as the table of exit codes says, not with a stack trace: in
 * silence where the reader has gone, as in `… | head`.
 */
export function guardStdout(process: NodeJS.Process): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE')
      process.stderr.write(`error: standard output cannot be written: ${error.code ?? error.message}\n`)
    process.exit(exitCode.output)
  })
}

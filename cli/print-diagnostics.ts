import { type ExitCode, firstToMend } from '../api/exit-code.ts'
import type { Io } from './command.ts'

/** Says all that is wrong before anything was done, and gives the exit code; done where nothing is wrong. */
export function printDiagnostics(
  problems: readonly { readonly message: string; readonly exit: ExitCode }[],
  io: Io,
): ExitCode {
  for (const { message } of problems) io.say(`error: ${message}`)
  return firstToMend(problems.map(({ exit }) => exit))
}

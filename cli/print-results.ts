import type { Diagnostic } from '../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { errorsOf, exitCodeOf, resultLines, type Result } from '../functions/krm/result.ts'
import type { Io } from './flags/command.ts'
import { locateResults } from './locate-results.ts'
import type { Manifest } from './read-manifests.ts'

/**
 * Prints each result once, with its hint.
 *
 * @param manifests that the results are about, for their files and positions.
 * @returns the exit code of the errors among them; success without errors.
 */
export function printResults(
  results: readonly Result[],
  io: Io,
  manifests: readonly Manifest[] = [],
): ExitCode {
  const located = locateResults(results, manifests)
  const texts = new Set(located.map((result) => resultLines(result).join('\n')))
  for (const line of [...texts].flatMap((text) => text.split('\n'))) io.err(line)
  return exitCodeOf(results)
}

/** Prints the errors of the command line. */
export function printUsage(diagnostics: readonly Diagnostic[], io: Io): ExitCode {
  return printResults(errorsOf(diagnostics, exitCode.usage), io)
}

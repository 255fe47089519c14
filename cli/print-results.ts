import type { Diagnostic } from '../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { errorsOf, exitCodeOf, type Result } from '../functions/krm/result.ts'
import type { Place } from './declaration-places.ts'
import type { Io } from './flags/command.ts'
import { locateResults } from './locate-results.ts'
import type { Manifest } from './read-manifests.ts'
import type { VisitedManifest } from './visit-objects.ts'
import { type ReportedResult, reportedLines } from './report/reported-result.ts'

/**
 * Reports each result once, with its hint.
 *
 * @param manifests that the results are about, for their files and positions.
 * @returns the exit code of the errors among them; success without errors.
 */
export function printResults(
  results: readonly ReportedResult[],
  io: Io,
  manifests: readonly (Manifest | VisitedManifest)[] = [],
): ExitCode {
  const located = locateResults(results, manifests)
  const distinct = new Map(located.map((result) => [reportedLines(result).join('\n'), result]))
  for (const result of distinct.values()) {
    io.print(result)
    io.record(result)
  }
  return exitCodeOf(results)
}

/** Reports the errors of the command line. */
export function printUsage(diagnostics: readonly Diagnostic[], io: Io): ExitCode {
  return printResults(errorsOf(diagnostics, exitCode.usage), io)
}

/** Reports a warning that is not about an object. */
export function printWarning(message: string, io: Io, hint?: string): void {
  const about: Result = { severity: 'warning', message, exit: exitCode.input }
  printResults([hint === undefined ? about : { ...about, hint }], io)
}

/** Reports a result to people as it is, and to programs at each of the places that it is about. */
export function printAt(result: ReportedResult, places: readonly Place[], io: Io): void {
  io.print(result)
  recordAt(result, places, io)
}

/** For programs alone, because the output of the command has it for people. */
export function recordAt(result: ReportedResult, places: readonly Place[], io: Io): void {
  if (places.length === 0) io.record(result)
  for (const place of places) io.record({ ...result, ...place })
}

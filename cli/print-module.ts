import type { ExitCode } from '../api/exit-code.ts'
import { exitCodeOf, judge } from '../functions/krm/result.ts'
import type { ModuleResult } from './files/module-files.ts'
import type { Io } from './flags/command.ts'
import { printAt } from './print-results.ts'

/** @returns the exit code of the errors among the results. */
export function printModuleResults(results: readonly ModuleResult[], strict: boolean, io: Io): ExitCode {
  const judged = results.flatMap(({ result, file }) => judge([result], strict).map((one) => ({ one, file })))
  for (const { one, file } of judged) printAt(one, file === undefined ? [] : [{ file }], io)
  return exitCodeOf(judged.map(({ one }) => one))
}

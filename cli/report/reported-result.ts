import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { onOneLine, type Result, resultLines } from '../../functions/krm/result.ts'

/** A Result of a command, with what only commands know. */
export type ReportedResult = Result & {
  /** More of the fact, one line each: `about 3 parameters: /a, /b, /c`. */
  readonly details?: readonly string[]
  /** The parameters that it is about. */
  readonly parameters?: readonly string[]
}

/** The lines for people: the fact, its details, the hint. */
export function reportedLines(result: ReportedResult): string[] {
  const [fact = '', ...hint] = resultLines(result)
  return [fact, ...(result.details ?? []).map((line) => onOneLine(`  ${line}`)), ...hint]
}

/** For results without a code of their own, by the exit code that they lead to. */
const codes: Readonly<Record<ExitCode, string>> = {
  [exitCode.done]: 'NOTE',
  [exitCode.input]: 'INPUT',
  [exitCode.usage]: 'USAGE',
  [exitCode.missing]: 'MISSING',
  [exitCode.denied]: 'ACCESS_DENIED',
  [exitCode.unreachable]: 'UNREACHABLE',
  [exitCode.output]: 'OUTPUT_UNWRITABLE',
  [exitCode.bug]: 'BUG',
}

export function codeOf({ code, exit }: ReportedResult): string {
  return code ?? codes[exit]
}

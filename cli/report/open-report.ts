import { errorsOf, onOneLine } from '../../functions/krm/result.ts'
import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import manifest from '../../package.json' with { type: 'json' }
import { exitCodeOf, failureOf } from '../../runtime/failure.ts'
import { replaceFiles } from '../files/replace-files.ts'
import type { Io, ProcessIo } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { githubReport } from './github-report.ts'
import { jsonReport } from './json-report.ts'
import { coloured, type Paint, plain } from './paint.ts'
import { paintedLines } from './painted-lines.ts'
import { type Report, readReportFlags } from './report-flags.ts'
import type { ReportedResult } from './reported-result.ts'
import { sarifReport } from './sarif-report.ts'

type OpenedReport = {
  readonly io: Io
  readonly diagnostics: ReturnType<typeof readReportFlags>['diagnostics']
  /** Writes the reports. @returns the exit code of the program. */
  readonly finish: (exit: ExitCode) => Promise<ExitCode>
}

/** The output of a command: text for people as it comes, reports for programs at the end. */
export function openReport(given: ProcessIo, parsed: ParsedFlags): OpenedReport {
  const { err, terminals, progress, ...rest } = given
  const { env } = given
  const { reports, colour, diagnostics } = readReportFlags(parsed)
  const paintOf = (isTerminal = false): Paint => {
    const isWanted = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
    return colour === 'always' || (colour === 'auto' && isWanted) ? coloured : plain
  }
  const ofText = paintOf(terminals?.err)
  const printText = (result: ReportedResult) => paintedLines(result, ofText).forEach((line) => err(line))
  const isReplaced = diagnostics.length === 0 && reports.some(({ file }) => file === undefined)
  const results: ReportedResult[] = []
  const io: Io = {
    ...rest,
    ...(progress && !isReplaced ? { progress: (line) => progress(onOneLine(line)) } : {}),
    print: isReplaced ? () => {} : printText,
    record: reports.length === 0 ? () => {} : (result) => void results.push(result),
    paint: paintOf(terminals?.out),
  }
  const textOf = ({ format }: Report, exit: ExitCode) => {
    if (format === 'json') return jsonReport(results, exit, env)
    if (format === 'github') return githubReport(results, env)
    return sarifReport(results, { version: manifest.version, exit, env })
  }
  const finish = async (exit: ExitCode): Promise<ExitCode> => {
    if (diagnostics.length > 0) return exit
    try {
      const files = reports.flatMap((one) =>
        one.file === undefined ? [] : [[one.file, textOf(one, exit)] as const],
      )
      await replaceFiles(new Map(files))
    } catch (error) {
      const failure = failureOf(error)
      if (!failure) throw error
      for (const one of errorsOf([failure], exitCodeOf(failure))) {
        io.print(one)
        io.record(one)
      }
      return writeToStderr(firstToMend([exit, exitCode.output]))
    }
    return writeToStderr(exit)
  }
  const writeToStderr = (exit: ExitCode): ExitCode => {
    for (const one of reports.filter(({ file }) => file === undefined))
      for (const line of textOf(one, exit).split('\n').slice(0, -1)) err(line)
    return exit
  }
  return { io, diagnostics, finish }
}

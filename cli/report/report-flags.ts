/** The flags of all commands: how results are reported. */
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import type { Parsed } from '../../api/parsed.ts'
import { readChoice } from '../flags/choice-flag.ts'
import type { Flags, ParsedFlags } from '../flags/flags.ts'

const reportFormats = ['json', 'github', 'sarif'] as const
const colourChoices = ['auto', 'always', 'never'] as const

export const reportFlags: Flags = {
  report: {
    takes: `${reportFormats.join('|')}[=FILE]`,
    repeatable: true,
    meaning:
      'report errors and warnings to programs, with file, line and column: json; github, as workflow commands of GitHub Actions; sarif, as SARIF 2.1.0. ' +
      'They are written to FILE, or to standard error in place of the text for people',
  },
  color: {
    takes: colourChoices.join('|'),
    meaning: 'use colors; auto does on a terminal, unless NO_COLOR is set (default auto)',
  },
}

export type Report = {
  readonly format: (typeof reportFormats)[number]
  /** Undefined: standard error. */
  readonly file?: string
}

type ReportFlags = {
  readonly reports: readonly Report[]
  readonly colour: (typeof colourChoices)[number]
  readonly diagnostics: readonly Diagnostic[]
}

export function readReportFlags(parsed: ParsedFlags): ReportFlags {
  const read = (parsed.values.get('report') ?? []).map(readReport)
  const reports = read.flatMap(({ value }) => (value ? [value] : []))
  const diagnostics = about(
    'flag --report',
    read.flatMap((one) => one.diagnostics ?? []),
  )
  if (reports.filter(({ file }) => file === undefined).length > 1) {
    const hint = 'write the others to files: --report sarif=FILE'
    diagnostics.push({ message: 'flag --report: only one report can go to standard error', hint })
  }
  const { value: colour = 'auto', diagnostics: ofColour = [] } = readChoice(parsed, 'color', colourChoices)
  return { reports, colour, diagnostics: [...diagnostics, ...ofColour] }
}

function readReport(text: string): Parsed<Report> {
  const [, name = '', file] = /^([^=]*)(?:=([^]*))?$/.exec(text) ?? []
  const format = reportFormats.find((one) => one === name)
  const allowed = reportFormats.join(', ')
  if (format === undefined) return { diagnostics: [{ message: `${quote(name)} must be one of ${allowed}` }] }
  if (file === '' || file === '-') {
    const message = `${quote(text)} has no name of a file`
    return { diagnostics: [{ message, hint: `--report ${format} writes to standard error` }] }
  }
  return { value: { format, ...(file === undefined ? {} : { file }) } }
}

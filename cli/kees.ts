import { about, type Diagnostic, quote } from '../api/diagnostic.ts'
import { notKnown } from '../api/suggest.ts'
import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { describeBug } from '../api/describe-bug.ts'
import manifest from '../package.json' with { type: 'json' }
import { exitCodeOf, failureOf } from '../runtime/failure.ts'
import { admissionPolicyCommand } from './commands/admission-policy.ts'
import type { Command, Io, ProcessIo } from './flags/command.ts'
import { completionCommand } from './commands/completion.ts'
import { auditCommand } from './commands/audit.ts'
import { convertCommand } from './commands/convert.ts'
import { createCommand } from './commands/create.ts'
import { diffCommand } from './commands/diff.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { parseFlags, type ParsedFlags } from './flags/flags.ts'
import { printFailures } from './print/print-failures.ts'
import { printResults, printUsage } from './print-results.ts'
import { openReport } from './report/open-report.ts'
import { reportFlags } from './report/report-flags.ts'
import { suggestFlag } from './flags/suggest-flag.ts'
import { fetchCommand } from './commands/fetch.ts'
import { commandHelp, type CommandGroup, keesHelp } from './flags/help.ts'
import { importCommand } from './commands/import.ts'
import { injectCommand } from './commands/inject.ts'
import { installCommand } from './commands/install.ts'
import { pruneCommand } from './commands/prune.ts'
import { putCommand } from './commands/put.ts'
import { statusCommand } from './commands/status.ts'
import { verifyCommand } from './commands/verify.ts'
import { versionCommand } from './commands/version.ts'

const groups: readonly CommandGroup[] = [
  { title: 'Build time', commands: [injectCommand, exportCommand, verifyCommand, diffCommand] },
  {
    title: 'Parameters in the store',
    commands: [statusCommand, createCommand, putCommand, importCommand, fetchCommand, pruneCommand],
  },
  { title: 'Diagnosis', commands: [doctorCommand, auditCommand] },
  {
    title: 'Set-up',
    commands: [
      convertCommand,
      admissionPolicyCommand,
      installCommand,
      completionCommand(() => commands),
      versionCommand,
    ],
  },
]

export const commands: readonly Command[] = groups.flatMap((group) => group.commands)

/** The command `kees`. @param args without the program's own name. @returns the exit code. */
export async function kees(args: readonly string[], given: ProcessIo): Promise<ExitCode> {
  const [name, ...rest] = args
  const { io } = openReport(given, noFlags)
  if (name === '--help' || name === '-h' || name === 'help') {
    const [topic] = rest.filter((arg) => !arg.startsWith('-'))
    return topic === undefined ? print(keesHelp(groups), io) : helpAbout(topic, io)
  }
  if (name === undefined) {
    const exit = printUsage([{ message: 'a command is missing' }], io)
    for (const line of keesHelp(groups).trimEnd().split('\n')) given.err(line)
    return exit
  }
  if (name === '--version') return print(`kees ${manifest.version}\n`, io)
  const command = commands.find((one) => one.name === name)
  if (!command && name.startsWith('-'))
    return printUsage(
      [{ message: `flag ${quote(name)} must follow the command`, hint: 'kees COMMAND [FLAG ...]' }],
      io,
    )
  if (!command) return printUsage(unknownCommand(name), io)
  const end = rest.indexOf('--')
  if (rest.slice(0, end < 0 ? rest.length : end).some((arg) => arg === '--help' || arg === '-h')) {
    return print(commandHelp(command), io)
  }
  const parsed = parseFlags(rest, { ...command.flags, ...reportFlags })
  const report = openReport(given, parsed)
  const usage = [...parsed.diagnostics, ...report.diagnostics]
  const exit = usage.length > 0 ? printUsage(usage, report.io) : await runCommand(command, parsed, report.io)
  return report.finish(exit)
}

const noFlags: ParsedFlags = { operands: [], values: new Map(), diagnostics: [] }

async function runCommand(command: Command, parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  try {
    return await command.run(parsed, io)
  } catch (error) {
    const failure = failureOf(error)
    if (failure) printFailures([{ parameters: [], failure }], io)
    else {
      const { error: bug, stack } = describeBug(error)
      const message = `this is a bug of kees, please report it: ${bug}`
      printResults([{ severity: 'error', message, details: stack, exit: exitCode.bug }], io)
    }
    return exitCodeOf(failure)
  }
}

function print(text: string, io: Pick<Io, 'out'>): ExitCode {
  io.out(text)
  return exitCode.done
}

function helpAbout(name: string, io: Io): ExitCode {
  const command = commands.find((one) => one.name === name)
  return command ? print(commandHelp(command), io) : printUsage(unknownCommand(name), io)
}

function unknownCommand(name: string): Diagnostic[] {
  const names = commands.map((one) => one.name)
  return about(`command ${quote(name)}`, [notKnown(name, names, suggestFlag(name, names))])
}

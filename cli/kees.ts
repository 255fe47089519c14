import { quote } from '../api/mistake.ts'
import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { describeBug } from '../api/describe-bug.ts'
import manifest from '../package.json' with { type: 'json' }
import { exitCodeOf, failureOf } from '../runtime/failure.ts'
import { admissionPolicyCommand } from './admission-policy.ts'
import { type Command, type Io, sayUsage } from './command.ts'
import { createCommand } from './create.ts'
import { diffCommand } from './diff.ts'
import { exportCommand } from './export.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { meantBy } from './meant-by.ts'
import { fetchCommand } from './fetch.ts'
import { injectCommand } from './inject.ts'
import { installCommand } from './install.ts'
import { putCommand } from './put.ts'
import { statusCommand } from './status.ts'
import { verifyCommand } from './verify.ts'

export const commands: readonly Command[] = [
  injectCommand,
  exportCommand,
  diffCommand,
  verifyCommand,
  createCommand,
  putCommand,
  statusCommand,
  fetchCommand,
  admissionPolicyCommand,
  installCommand,
]

/** The command `kees`. @param args without the program's own name. @returns the exit code. */
export async function kees(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') {
    const [about] = rest.filter((arg) => !arg.startsWith('-'))
    return about === undefined ? print(help(), io) : helpAbout(about, io)
  }
  if (name === undefined) {
    io.say('error: a command is missing')
    for (const line of help().trimEnd().split('\n')) io.say(line)
    return exitCode.usage
  }
  if (name === '--version' || name === 'version') return print(`kees ${manifest.version}\n`, io)
  const command = commands.find((one) => one.name === name)
  if (!command) return sayUsage([unknownCommand(name)], io)
  const end = rest.indexOf('--')
  if (rest.slice(0, end < 0 ? rest.length : end).some((arg) => arg === '--help' || arg === '-h')) {
    return print(commandHelp(command), io)
  }
  const parsed = parseFlags(rest, command.flags)
  if (parsed.problems.length > 0) return sayUsage(parsed.problems, io)
  try {
    return await command.run(parsed, io)
  } catch (error) {
    const failure = failureOf(error)
    if (failure) io.say(`error: ${failure.message}`)
    else {
      const { error: bug, stack } = describeBug(error)
      for (const line of [`error: this is a bug of kees, please report it: ${bug}`, ...stack]) io.say(line)
    }
    if (failure?.detail) io.say(`  ${failure.detail}`)
    return exitCodeOf(failure)
  }
}

function print(text: string, io: Io): ExitCode {
  io.out(text)
  return exitCode.done
}

function helpAbout(name: string, io: Io): ExitCode {
  const command = commands.find((one) => one.name === name)
  return command ? print(commandHelp(command), io) : sayUsage([unknownCommand(name)], io)
}

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    "kees: a pod's annotations as the single source of truth for its secrets",
    '',
    'Usage: kees COMMAND [FLAG ...]',
    '',
    ...commands.map(({ name, purpose }) => `  ${name.padEnd(width)}  ${purpose}`),
    '',
    'kees COMMAND --help tells the flags of a command.',
    'Exit codes: 0 done, 1 the input is wrong, 2 the command line is wrong, 3 parameters missing,',
    '4 access denied, 5 store not reached, 6 cannot write the output, 70 a bug.',
    '',
  ].join('\n')
}

function commandHelp({ name, usage, purpose, flags }: Command): string {
  return [`Usage: kees ${name} ${usage}`, '', purpose, '', ...flagsHelp(flags), ''].join('\n')
}

function unknownCommand(name: string): string {
  const names = commands.map((one) => one.name)
  const meant = meantBy(name, names)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return `command ${quote(name)} is not known: known are ${names.join(', ')}${hint}`
}

import type { Command } from './command.ts'
import { reportFlags } from '../report/report-flags.ts'
import type { Flags } from './flags.ts'

/** The width of a line in columns. */
const width = 80

export type CommandGroup = { readonly title: string; readonly commands: readonly Command[] }

export function keesHelp(groups: readonly CommandGroup[]): string {
  const names = groups.flatMap(({ commands }) => commands.map(({ name }) => name.length))
  const column = Math.max(...names) + 4
  return [
    'kees: secrets of pods, declared in annotations and stored in AWS SSM Parameter Store',
    '',
    'Usage: kees COMMAND [FLAG ...]',
    ...groups.flatMap(({ title, commands }) => [
      '',
      `${title}:`,
      ...commands.flatMap(({ name, purpose }) => {
        const [first = '', ...more] = wrapped(purpose, column)
        return [`  ${name.padEnd(column - 2)}${first.trimStart()}`, ...more]
      }),
    ]),
    '',
    'Flags of all commands:',
    ...flagsHelp(reportFlags),
    '',
    'kees help COMMAND shows the flags of a command, with examples.',
    'Exit codes: 0 success, 1 invalid input, 2 invalid command line,',
    '3 parameters missing, 4 access denied, 5 store not reached,',
    '6 output not writable, 70 a bug.',
    '',
  ].join('\n')
}

export function commandHelp({ name, usage, purpose, details, examples, flags }: Command): string {
  const ofFlags = flagsHelp(flags)
  return [
    `Usage: kees ${name} ${usage}`,
    '',
    ...wrapped([purpose, ...(details === undefined ? [] : [details])].join(' '), 0),
    '',
    'Examples:',
    ...examples.flatMap(([does, line]) => [`  # ${does}`, `  ${line}`]),
    ...(ofFlags.length === 0 ? [] : ['', 'Flags:', ...ofFlags]),
    '',
    'kees help shows the flags of all commands.',
    '',
  ].join('\n')
}

export function flagsHelp(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, { short, takes, meaning }]) => {
    const both = `${short === undefined ? '' : `-${short}, `}--${name}`
    return [`  ${both}${takes === undefined ? '' : ` ${takes}`}`, ...wrapped(meaning, 6)]
  })
}

function wrapped(text: string, indent: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && indent + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => ' '.repeat(indent) + line)
}

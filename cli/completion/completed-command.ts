import type { Command } from '../flags/command.ts'
import type { Flag } from '../flags/flags.ts'
import { reportFlags } from '../report/report-flags.ts'

/** What a shell offers in the place of a value. */
export type Completed = 'files' | 'folders' | 'nothing' | readonly string[]

export type CompletedFlag = {
  readonly name: string
  readonly short?: string
  readonly repeatable: boolean
  /** A few words. */
  readonly summary: string
  /** Undefined for a switch. */
  readonly value?: { readonly placeholder: string; readonly completed: Completed }
}

export type CompletedCommand = {
  readonly name: string
  readonly summary: string
  readonly operands: Completed
  readonly flags: readonly CompletedFlag[]
}

/** The commands as shells complete them: from the same table as their help. */
export function completedCommands(commands: readonly Command[]): CompletedCommand[] {
  const help: CompletedCommand = {
    name: 'help',
    summary: 'Shows the commands, or the flags of one',
    operands: commands.map(({ name }) => name),
    flags: [],
  }
  return [...commands.map(completedCommand), help]
}

function completedCommand({ name, purpose, completes, flags }: Command): CompletedCommand {
  const all = Object.entries({ ...flags, ...reportFlags })
  return {
    name,
    summary: summaryOf(purpose),
    operands: completes ?? 'nothing',
    flags: all.map(([flag, one]) => completedFlag(flag, one)),
  }
}

function completedFlag(name: string, { short, takes, repeatable, meaning }: Flag): CompletedFlag {
  return {
    name,
    ...(short === undefined ? {} : { short }),
    repeatable: repeatable === true,
    summary: summaryOf(meaning),
    ...(takes === undefined ? {} : { value: { placeholder: takes, completed: completedValue(takes) } }),
  }
}

/** Placeholders are in upper case, words are literal. */
function completedValue(takes: string): Completed {
  if (takes === 'FILE') return 'files'
  if (takes === 'DIR') return 'folders'
  if (takes === 'STORE') return ['ssm', 'file:']
  const words = takes
    .replace(/\[.*\]$/, '')
    .split('|')
    .filter((word) => /^[a-z][a-z-]*$/i.test(word) && word !== word.toUpperCase())
  return words.length === 0 ? 'nothing' : words
}

const longest = 80

function summaryOf(meaning: string): string {
  const [first = ''] = meaning.split(/;|: | \(default|\. |\.$/)
  return first.length > longest ? `${first.slice(0, longest - 1)}…` : first
}

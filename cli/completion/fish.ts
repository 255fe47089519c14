import type { Completed, CompletedCommand, CompletedFlag } from './completed-command.ts'

/** For ~/.config/fish/completions/kees.fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, flags, operands }) => {
    const isUsed = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`
    return [
      `complete -c kees -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...(operands === 'nothing' ? [] : [`complete -c kees ${isUsed} ${operandOf(operands)}`]),
      ...flags.map((flag) => `complete -c kees ${isUsed} ${flagOf(flag)}`),
    ]
  })
  return `# fish completion of kees. kees completion fish > ~/.config/fish/completions/kees.fish
complete -c kees -f
${lines.join('\n')}
`
}

function flagOf({ name, short, summary, value }: CompletedFlag): string {
  return [
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${name}`,
    ...(value ? [valueOf(value.completed)] : []),
    `-d ${quoted(summary)}`,
  ].join(' ')
}

function valueOf(completed: Completed): string {
  if (completed === 'files') return '-r -F'
  if (completed === 'folders') return `-x -a '(__fish_complete_directories)'`
  return completed === 'nothing' ? '-x' : `-x -a ${quoted(completed.join(' '))}`
}

function operandOf(completed: Exclude<Completed, 'nothing'>): string {
  if (completed === 'files') return '-F'
  return completed === 'folders' ? `-a '(__fish_complete_directories)'` : `-a ${quoted(completed.join(' '))}`
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`
}

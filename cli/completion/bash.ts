import type { Completed, CompletedCommand, CompletedFlag } from './completed-command.ts'

/** For bash 3.2, which macOS has, and later, without the package bash-completion. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags.flatMap((flag) =>
      flag.value ? [`    ${patternOf(name, flag)}) ${reply(flag.value.completed)} ;;`] : [],
    ),
  )
  const ofFlags = commands.map(
    ({ name, flags }) => `    ${name}) flags=${quoted(flags.map((flag) => `--${flag.name}`).join(' '))} ;;`,
  )
  const operands = commands.map(({ name, operands: completed }) => `    ${name}) ${reply(completed)} ;;`)
  return `# bash completion of kees. In ~/.bashrc: eval "$(kees completion bash)"
_kees() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} flags=
  COMPREPLY=()
  # bash splits --flag=value at the sign.
  if [[ $cur == = ]]; then cur=; elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$cur"))
    return
  fi
  # An empty reply is completed as a file, by -o default.
  case "\${COMP_WORDS[1]} $previous" in
${values.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${ofFlags.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${operands.join('\n')}
  esac
}
complete -o default -F _kees kees
`
}

function patternOf(command: string, { name, short }: CompletedFlag): string {
  const names = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]
  return names.map((one) => `"${command} ${one}"`).join(' | ')
}

function reply(completed: Completed): string {
  if (typeof completed === 'string') return 'return'
  return `COMPREPLY=($(compgen -W ${quoted(completed.join(' '))} -- "$cur")); return`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

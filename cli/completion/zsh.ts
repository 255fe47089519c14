import type { Completed, CompletedCommand, CompletedFlag } from './completed-command.ts'

/** For a file _kees in a folder of $fpath, or to be sourced. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`,
  )
  const cases = commands.map(({ name, flags, operands }) => {
    const specs = [...flags.flatMap(flagSpecs), ...operandSpecs(operands)].map(
      (spec) => `      ${quoted(spec)}`,
    )
    return `    ${name}) _arguments \\\n${specs.join(' \\\n')} ;;`
  })
  return `#compdef kees
# zsh completion of kees. In ~/.zshrc, below compinit: source <(kees completion zsh)
_kees() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _kees ]]; then _kees "$@"; else compdef _kees kees; fi
`
}

function flagSpecs({ name, short, repeatable, summary, value }: CompletedFlag): string[] {
  const description = `[${summary.replace(/[\][:\\]/g, String.raw`\$&`)}]`
  const each = repeatable ? '*' : ''
  if (!value) return [`${each}--${name}${description}`]
  const completed = `:${value.placeholder.replaceAll(':', '\\:')}:${actionOf(value.completed)}`
  const ofShort = short === undefined ? [] : [`${each}-${short}+${description}${completed}`]
  return [...ofShort, `${each}--${name}=${description}${completed}`]
}

function operandSpecs(operands: Completed): string[] {
  return operands === 'nothing' ? [] : [`*:argument:${actionOf(operands)}`]
}

function actionOf(completed: Completed): string {
  if (completed === 'files') return '_files'
  if (completed === 'folders') return '_files -/'
  return completed === 'nothing' ? ' ' : `(${completed.map((word) => word.replaceAll(':', '\\:')).join(' ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The completion of the built program, as the shells themselves apply it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commands } from '../../cli/kees.ts'
import { reportFlags } from '../../cli/report/report-flags.ts'
import { run } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'

t.setTimeout(600_000)

/** What is offered behind each of these. */
const rows: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['kees in', ['inject', 'install']],
  ['kees help co', ['completion', 'convert']],
  ['kees completion ', ['bash', 'fish', 'zsh']],
  ['kees inject --image', ['--image', '--image-pull-policy']],
  ['kees create --output ', ['json', 'table']],
  ['kees create -o t', ['table']],
  ['kees verify --color al', ['always']],
  ['kees convert --from ext', ['externalsecret']],
  ['kees inject --image-pull-policy ', ['Always', 'IfNotPresent', 'Never']],
  ['kees export -f man', ['manifest.yaml', 'manifests/']],
  ['kees diff manif', ['manifest.yaml', 'manifests/']],
]

function folderOf(t: Test, shell: string): string {
  const folder = t.testdir({ 'manifest.yaml': '', manifests: {} })
  const { stdout, status } = run('kees', ['completion', shell])
  t.equal(status, 0)
  writeFileSync(join(folder, 'completion'), stdout)
  return folder
}

/** As readline calls it, and what it offers itself where nothing is replied. */
const bashScript = `source ./completion
[[ $(complete -p kees) == 'complete -o default -F _kees kees' ]] || exit 9
while IFS= read -r line; do
  words=($line); [[ $line == *' ' ]] && words+=('')
  COMP_WORDS=("\${words[@]}"); COMP_CWORD=$((\${#words[@]} - 1))
  COMPREPLY=(); _kees
  if ((\${#COMPREPLY[@]} == 0)); then
    for file in $(compgen -f -- "\${words[COMP_CWORD]}"); do [[ -d $file ]] && file+=/; COMPREPLY+=("$file"); done
  fi
  echo "$(printf '%s\\n' "\${COMPREPLY[@]}" | LC_ALL=C sort | tr '\\n' ' ')"
done`

const fishScript = `source ./completion
while read -l line
  echo (complete -C "$line" | string replace -r '\\t.*' '' | LC_ALL=C sort | string join ' ')
end`

const lines = `${rows.map(([line]) => line).join('\n')}\n`
const expected = rows.map(([, offered]) => offered.join(' '))

for (const [shell, args, script] of [
  ['bash', ['--norc', '--noprofile', '-c'], bashScript],
  ['fish', ['--no-config', '-c'], fishScript],
] as const) {
  const { path = '', missing } = command(shell)
  t.test(`${shell} completes commands, flags, words and files`, { skip: missing ?? false }, async (t) => {
    const folder = folderOf(t, shell)
    const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
    const { stdout, stderr } = run(path, [...args, script], { cwd: folder, input: lines, env: home })
    t.equal(stderr, '')
    t.strictSame(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.trim()),
      expected,
    )
  })
}

const bash = command('bash')
t.test('bash completes the value behind =', { skip: bash.missing ?? false }, async (t) => {
  const folder = folderOf(t, 'bash')
  const script =
    'source ./completion; COMP_WORDS=(kees verify --color = "$1"); COMP_CWORD=$((4 - $2)); _kees; echo "${COMPREPLY[*]}"'
  const of = (word: string, before: string) =>
    run(bash.path ?? '', ['--norc', '-c', script, 'x', word, before], { cwd: folder }).stdout
  t.equal(of('al', '0'), 'always\n')
  t.equal(of('', '1'), 'auto always never\n')
})

/**
 * zsh completes only at a prompt, which it has in a pseudo-terminal. compadd is what every completion ends in: here it writes down what
 * it is given and what matches.
 */
const zshScript = `zmodload zsh/zpty
zpty inner 'zsh -f -i'
say() { zpty -w inner "$1"; }
say 'PS1=; autoload -Uz compinit; compinit -u -D; source ./completion'
say 'compadd() { if [[ "$*" != *-O* && "$*" != *-A* && "$*" != *-D* ]]; then local -a hits; builtin compadd -O hits "$@"; print -r -- "$hits" >> found; fi; builtin compadd "$@"; }'
say 'finish() { BUFFER=; : > done; }; zle -N finish; bindkey "^X" finish; bindkey "^I" complete-word; : > ready'
wait_for() { local left=3000; while [[ ! -e $1 ]] && ((left-- > 0)); do zpty -rt inner _ 2>/dev/null; sleep 0.02; done; rm $1; }
wait_for ready
while IFS= read -r line; do
  : > found
  zpty -wn inner "$line"$'\\t\\x18'
  wait_for done
  echo "$(tr ' ' '\\n' < found | LC_ALL=C sort -u | tr '\\n' ' ')"
done
zpty -d inner`

const zsh = command('zsh')
t.test('zsh completes commands, flags, words and files', { skip: zsh.missing ?? false }, async (t) => {
  const folder = folderOf(t, 'zsh')
  const { stdout, stderr } = run(zsh.path ?? '', ['-f', '-c', zshScript], {
    cwd: folder,
    input: lines,
    env: { HOME: folder, ZDOTDIR: folder, TERM: 'xterm' },
  })
  t.equal(stderr, '')
  t.strictSame(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
    expected.map((line) => line.replace('/', '')),
  )
})

t.test('every command and flag is in each script', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = run('kees', ['completion', shell])
    for (const { name, flags } of commands) {
      t.match(stdout, name)
      for (const flag of Object.keys({ ...flags, ...reportFlags }))
        t.ok(stdout.includes(shell === 'fish' ? `-l ${flag} ` : `--${flag}`), `${shell} ${name} --${flag}`)
    }
  }
})

t.test('another shell is an error', async (t) => {
  const { status, stderr } = run('kees', ['completion', 'csh'])
  t.equal(status, 2)
  t.equal(
    stderr,
    'error: shell "csh" must be one of bash, zsh, fish\n  hint: kees completion bash|zsh|fish\n',
  )
})

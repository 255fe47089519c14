/** What a test says of a command that did not end: else only the name of a system call is left of it. */
import { readdirSync, readFileSync } from 'node:fs'

/** In milliseconds: more than any command takes on a busy machine, and much less than all tests together. */
export const commandPatience = 300_000

/**
 * @param printed the output of the command until it was killed.
 * @param begun `Date.now()` at its start.
 */
export function notEnded(
  command: string,
  args: readonly string[],
  printed: { readonly stdout: string; readonly stderr: string },
  begun: number,
): Error {
  const seconds = (Date.now() - begun) / 1000
  return new Error(
    [
      `${[command, ...args].join(' ')} did not end within ${Math.round(seconds)} s`,
      `stdout: ${lastOf(printed.stdout)}`,
      `stderr: ${lastOf(printed.stderr)}`,
      'processes that began with it and still run:',
      ...processesOf(seconds),
    ].join('\n'),
  )
}

const lastOf = (text: string) => text.slice(-4000) || '(nothing)'

/** Those of about this age: a tool's own children, also where the tool has left them behind. Nothing where there is no /proc. */
function processesOf(seconds: number): readonly string[] {
  const now = Number(textOf('/proc/uptime').split(' ')[0])
  if (!(now > 0)) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      // The name of the program, in brackets, may contain spaces. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const stat = textOf(`/proc/${pid}/stat`)
      const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const age = now - Number(rest[17]) / 100
      // A busy machine may start them seconds later.
      if (!(age < seconds + 2 && age > seconds * 0.7 - 5)) return []
      const line = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
      return [`  ${pid} of ${parent} ${state} ${textOf(`/proc/${pid}/wchan`)}: ${line.slice(0, 400)}`]
    })
}

/** Empty if the process has ended meanwhile, or is another user's. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

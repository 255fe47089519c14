import { quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { bashCompletion } from '../completion/bash.ts'
import { completedCommands } from '../completion/completed-command.ts'
import { fishCompletion } from '../completion/fish.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { Command } from '../flags/command.ts'
import { printUsage } from '../print-results.ts'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const
const names = Object.keys(shells)

/** @param all returns the commands of kees, this one among them. */
export function completionCommand(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: names.join('|'),
    purpose: 'Prints a script by which the shell completes commands, flags and their values.',
    examples: [
      ['Write it for bash', 'kees completion bash > kees.bash'],
      ['Install it for fish', 'kees completion fish > ~/.config/fish/completions/kees.fish'],
    ],
    completes: names,
    flags: {},
    async run({ operands: [shell, ...more] }, io) {
      const hint = `kees completion ${names.join('|')}`
      if (shell === undefined) return printUsage([{ message: 'the name of the shell is missing', hint }], io)
      if (!isShell(shell) || more.length > 0) {
        const message = `shell ${quote([shell, ...more].join(' '))} must be one of ${names.join(', ')}`
        return printUsage([{ message, hint }], io)
      }
      io.out(shells[shell](completedCommands(all())))
      return exitCode.done
    },
  }
}

function isShell(name: string): name is keyof typeof shells {
  return Object.hasOwn(shells, name)
}

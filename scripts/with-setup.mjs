// Installs the packages that are missing and runs the given command on the pinned Node. This file and what it imports run
// on the machine's own Node, 20 or later, before anything is installed: no packages, no TypeScript.
// --no-dev: only the packages from which the programs are built, half of all.
import { fileURLToPath } from 'node:url'
import { endLike, runCommand } from './run-command.mjs'
import { setUp, withBinaries } from './set-up.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const given = process.argv.slice(2)
const dev = given[0] !== '--no-dev'
const [command, ...args] = dev ? given : given.slice(1)
if (command === undefined) {
  process.stderr.write('with-setup: a command is missing\n')
  process.exitCode = 2
} else {
  const error = await setUp(root, { dev })
  if (error === undefined) endLike(await runCommand(command, args, { cwd: root, env: withBinaries(root) }))
  else {
    process.stderr.write(`${error}\n`)
    process.exitCode = 1
  }
}

// Sets the clone up, where it is not, and runs the given command on the pinned Node. This file and what it imports run
// on the machine's own Node, 20 or later, before anything is installed: no dependencies, no TypeScript.
import { fileURLToPath } from 'node:url'
import { endLike, runCommand } from './run-command.mjs'
import { setUp, withBinaries } from './set-up.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  process.stderr.write('with-setup: which command?\n')
  process.exitCode = 2
} else {
  const problem = await setUp(root)
  if (problem === undefined) endLike(await runCommand(command, args, { cwd: root, env: withBinaries(root) }))
  else {
    process.stderr.write(`${problem}\n`)
    process.exitCode = 1
  }
}

// Runs a command whose test files share one node: with-node.ts COMMAND ARGUMENT... The node starts when one asks for it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/bundle.ts'
import { runCommand } from '../../scripts/run-command.mjs'
import { serveSession, sessionVariable } from './node-session.ts'

const [command = '', ...args] = process.argv.slice(2)
const logs = join(root, '.tap', 'node-logs')

rmSync(logs, { recursive: true, force: true })
const session = await serveSession()
const env = { ...process.env, [sessionVariable]: String(session.port) }
const { code } = await runCommand(command, args, { env })
try {
  await session.stop(code === 0 ? undefined : join(logs, String(process.pid)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
process.exitCode ??= code ?? 1

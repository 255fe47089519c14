// The fast inner loop: the tests beside the sources, each file a process of its own, without the tracing of tap's runner,
// which costs more than most of these tests. Only what fails is shown. Arguments choose files by a piece of their path.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { mapConcurrent } from '../runtime/scheduling/map-concurrent.ts'
import { runCommand } from './run-command.mjs'

const root = join(import.meta.dirname, '..')
const chosen = process.argv.slice(2)
const start = Date.now()

const files = globSync('{api,functions,runtime,cli}/**/*.test.ts', { cwd: root })
  .filter((file) => chosen.length === 0 || chosen.some((piece) => file.includes(piece)))
  .toSorted()
const passed = await mapConcurrent(files, availableParallelism(), async (file) => {
  const output: Buffer[] = []
  const { code } = await runCommand('node', [file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk: Buffer) => output.push(chunk),
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, '.tap', 'compile-cache') },
  })
  if (code !== 0) process.stdout.write(`${Buffer.concat(output).toString()}\n`)
  return code === 0
})
const failed = files.filter((_, index) => passed[index] !== true)
for (const file of failed) process.stdout.write(`failed: ${file}\n`)
const seconds = Math.round((Date.now() - start) / 1000)
process.stdout.write(
  `${files.length - failed.length} test files passed, ${failed.length} failed in ${seconds} s\n`,
)
if (failed.length > 0 || files.length === 0) process.exitCode = 1

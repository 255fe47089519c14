// Runs the tests that need a node of Kubernetes, on one node: without an argument those that `npm test` runs too, with
// `long` those that take longer. What may be skipped is as for `.ci/run`: with KEES_NO_SKIPS nothing.
import { globSync } from 'node:fs'
import { ciVerdict } from './results/ci-verdict.ts'
import { runCommand } from './run-command.mjs'
import { thisMachine } from './results/this-machine.ts'

/** They wait for most of their time, or start nodes of their own: they run beside the others, on a second node. */
const beside = new Set(
  ['host-users', 'killed-run', 'other-node', 'soak', 'token-rotation'].map(
    (name) => `test/node/long/${name}.ts`,
  ),
)

const [which] = process.argv.slice(2)
const files = globSync(which === 'long' ? 'test/node/long/*.ts' : 'test/node/*.test.ts').toSorted()
const groups = [files.filter((file) => !beside.has(file)), files.filter((file) => beside.has(file))]
const runs = groups.filter((group) => group.length > 0).map((group, index) => runGroup(group, index === 0))
let isFailed = false
for (const run of runs) {
  const { code, output, isPrinted } = await run
  if (!isPrinted) process.stdout.write(output)
  const { failed, errors } = ciVerdict(output.toString(), code ?? 1, thisMachine())
  for (const error of errors) process.stderr.write(`error: ${error}\n`)
  if (failed > 0 || code !== 0) isFailed = true
}
process.exitCode = isFailed ? 1 : 0

/** @param isPrinted the output is, while it comes: of one group only, or the reports of two would mix. */
async function runGroup(group: readonly string[], isPrinted: boolean) {
  const chunks: Buffer[] = []
  const { code } = await runCommand(
    'node',
    ['test/node/with-node.ts', 'node', 'scripts/tests/one-process.ts', '30', ...group],
    {
      stdio: ['inherit', 'pipe', 'inherit'],
      onOutput: (chunk: Buffer) => {
        chunks.push(chunk)
        if (isPrinted) process.stdout.write(chunk)
      },
    },
  )
  return { code, output: Buffer.concat(chunks), isPrinted }
}

// Runs the tests that need a node of Kubernetes, on one node: without an argument those that `npm test` runs too, with
// `long` those that take longer. What may be skipped is as for `.ci/run`: with KEES_NO_SKIPS nothing.
import { globSync } from 'node:fs'
import { ciVerdict } from './results/ci-verdict.ts'
import { runCommand } from './run-command.mjs'
import { thisMachine } from './results/this-machine.ts'

const [which] = process.argv.slice(2)
const files = globSync(which === 'long' ? 'test/node/long/*.ts' : 'test/node/*.test.ts').toSorted()
const output: Buffer[] = []
const { code } = await runCommand(
  'node',
  ['test/node/with-node.ts', 'node', 'scripts/tests/one-process.ts', '30', ...files],
  {
    stdio: ['inherit', 'pipe', 'inherit'],
    onOutput: (chunk: Buffer) => {
      output.push(chunk)
      process.stdout.write(chunk)
    },
  },
)
const { failed, errors } = ciVerdict(Buffer.concat(output).toString(), code ?? 1, thisMachine())
for (const error of errors) process.stderr.write(`error: ${error}\n`)
process.exitCode = failed === 0 ? (code ?? 1) : 1

// Runs the tests that need a node of Kubernetes, on one node: without an argument those that `npm test` runs too, with
// `long` those that take longer.
import { globSync } from 'node:fs'
import { runCommand } from './run-command.mjs'

const [which] = process.argv.slice(2)
const files = globSync(which === 'long' ? 'test/node/long/*.ts' : 'test/node/*.test.ts').toSorted()
const { code } = await runCommand('node', [
  'test/node/with-node.ts',
  'node',
  'scripts/tests/one-process.ts',
  '30',
  ...files,
])
process.exitCode = code ?? 1

// The last step of .ci/run: prints the errors, and the counts as the last line. Arguments: tap's output, npm test's exit code.
import { existsSync, readFileSync } from 'node:fs'
import { ciVerdict } from './results/ci-verdict.ts'
import { thisMachine } from './results/this-machine.ts'

const [file = '', exitCode = '1'] = process.argv.slice(2)
const { passed, failed, skipped, errors } = ciVerdict(
  existsSync(file) ? readFileSync(file, 'utf8') : '',
  Number(exitCode),
  thisMachine(),
)
for (const error of errors) process.stdout.write(`error: ${error}\n`)
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 ? 0 : 1

// The last step of .ci/run: prints the errors, and the counts as the last line. Arguments: tap's output, npm test's exit code.
import { existsSync, readFileSync } from 'node:fs'
import { ciVerdict } from './ci-verdict.ts'
import { containerEnvironment } from './container-environment.ts'
import { workingEngines } from './images/engine.ts'
import { findCommand, findTerraformAwsPlugins } from './installed.ts'
import { nodeMissing } from './node-missing.ts'

const [file = '', exitCode = '1'] = process.argv.slice(2)
const { passed, failed, skipped, errors } = ciVerdict(
  existsSync(file) ? readFileSync(file, 'utf8') : '',
  Number(exitCode),
  {
    hasCommand: (name) => findCommand(name) !== undefined,
    hasTerraformProvider: (name) => name === 'hashicorp/aws' && findTerraformAwsPlugins() !== undefined,
    hasContainerEngine: () => workingEngines(containerEnvironment()).some((one) => one !== 'buildah'),
    nodeMissing,
    hasOtherNode: (process.env['KEES_NODE'] ?? '') !== '',
    isComplete: (process.env['KEES_NO_SKIPS'] ?? '') !== '',
  },
)
for (const error of errors) process.stdout.write(`error: ${error}\n`)
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 ? 0 : 1

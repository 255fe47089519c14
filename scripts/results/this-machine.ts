import type { Machine } from './ci-verdict.ts'
import { containerEnvironment } from '../tools/container-environment.ts'
import { workingEngines } from '../images/engine.ts'
import { findCommand, findTerraformAwsPlugins } from '../tools/installed.ts'
import { nodeMissing } from '../tools/node-missing.ts'

/** What this machine has, and so which tests may be skipped on it. */
export function thisMachine(): Machine {
  return {
    hasCommand: (name) => findCommand(name) !== undefined,
    hasTerraformProvider: (name) => name === 'hashicorp/aws' && findTerraformAwsPlugins() !== undefined,
    hasContainerEngine: () => workingEngines(containerEnvironment()).some((one) => one !== 'buildah'),
    nodeMissing,
    hasOtherNode: (process.env['KEES_NODE'] ?? '') !== '',
    isComplete: (process.env['KEES_NO_SKIPS'] ?? '') !== '',
  }
}

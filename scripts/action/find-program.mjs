// The first step of action.yml: the program that the other steps run.
import { accessSync, constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { runCommand } from '../run-command.mjs'
import { input, runStep, setOutput, StepError } from './step.mjs'

await runStep(async () => {
  if (process.env['GITHUB_EVENT_NAME'] === 'pull_request_target')
    throw new StepError(
      'this action must not run on pull_request_target: such a run has the secrets of the repository, and would check what a fork sent. Run it on pull_request',
    )
  const given = input('kees')
  const program = given === '' ? await build() : resolve(given)
  try {
    accessSync(program, constants.X_OK)
  } catch {
    throw new StepError(`input kees is ${JSON.stringify(given)}: no program that can be run`)
  }
  setOutput('kees', program)
  return 0
})

/** Builds kees from the files of the action, which are those of the commit that the workflow names. */
async function build() {
  const root = join(import.meta.dirname, '../..')
  const args = [join(root, 'scripts/with-setup.mjs'), '--no-dev', 'node', 'scripts/build.ts']
  const { code } = await runCommand(process.execPath, args, { cwd: root })
  if (code !== 0) throw new StepError('kees could not be built: the log of the step shows why')
  return join(root, 'dist/kees')
}

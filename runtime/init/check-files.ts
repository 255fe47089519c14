import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Log } from '../log.ts'
import type { InitConfig } from './config.ts'
import { readDeclared } from './read-declared.ts'
import { declaredPaths, missingPaths } from './written-files.ts'

/**
 * Whether everything that is declared is in its file: what `init --check` asks as the startup probe of an init that
 * stays. It writes no termination message, which would be taken for that of the container.
 */
export async function checkFiles({ settings, problems: wrong }: InitConfig, log: Log): Promise<ExitCode> {
  if (!settings) {
    log.error('the environment is wrong', { problems: wrong.map(({ env, problem }) => `${env} ${problem}`) })
    return exitCode.usage
  }
  const { annotationsFile, annotationDomain, format } = settings
  const { declared, problems } = await readDeclared(annotationsFile, annotationDomain, format)
  if (problems.length > 0) {
    log.error('the annotations are wrong', { problems: problems.map(({ text }) => text) })
    return firstToMend(problems.map(({ exit }) => exit))
  }
  const missing = await missingPaths(declaredPaths(declared, settings))
  if (missing.length === 0) return exitCode.done
  log.error('the files are not there yet', { missing })
  return exitCode.output
}

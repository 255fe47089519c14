import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Log } from '../log.ts'
import type { InitConfig } from './config.ts'
import { loggedDiagnostic } from './report.ts'
import { readDeclared } from './read-declared.ts'
import { declaredPaths, missingPaths } from './written-files.ts'

/**
 * Whether everything that is declared is in its file: what `init --check` asks as the startup probe of an init that
 * stays. It writes no termination message, which would be taken for that of the container.
 */
export async function checkFiles({ settings, diagnostics: wrong }: InitConfig, log: Log): Promise<ExitCode> {
  if (!settings) {
    log.error('the environment is wrong', { problems: wrong.map(loggedDiagnostic) })
    return exitCode.usage
  }
  const { annotationsFile, annotationDomain, format } = settings
  const { declared, diagnostics } = await readDeclared(annotationsFile, annotationDomain, format)
  if (diagnostics.length > 0) {
    log.error('the annotations are wrong', { problems: diagnostics.map(loggedDiagnostic) })
    return firstToMend(diagnostics.map(({ exit }) => exit))
  }
  const missing = await missingPaths(declaredPaths(declared, settings))
  if (missing.length === 0) return exitCode.done
  log.error('the files are not there yet', { missing })
  return exitCode.output
}

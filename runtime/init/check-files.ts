import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Log } from '../log.ts'
import type { InitConfig } from './config.ts'
import { loggedDiagnostic } from './fetch/report.ts'
import { readDeclared } from './files/read-declared.ts'
import { declaredPaths } from './files/output-folders.ts'
import { filesExist, missingPaths } from './files/written-files.ts'

/**
 * The startup probe of an init that keeps running: whether the files exist. Annotations that have become invalid since are reported
 * and do not fail it, because that would take a healthy app out of service. It writes no termination message, which would be taken
 * for that of the container.
 */
export async function checkFiles({ settings, diagnostics: wrong }: InitConfig, log: Log): Promise<ExitCode> {
  if (!settings) {
    log.error('environment variables are invalid', { problems: wrong.map(loggedDiagnostic) })
    return exitCode.usage
  }
  const read = await readDeclared(settings)
  const entries = read.diagnostics.map(loggedDiagnostic)
  if (await filesExist(read, settings)) {
    if (entries.length > 0)
      log.warn('the annotations are invalid, the files are those of an earlier run', { problems: entries })
    return exitCode.done
  }
  if (entries.length > 0) {
    log.error('the annotations are invalid', { problems: entries })
    return firstToMend(read.diagnostics.map(({ exit }) => exit))
  }
  log.error('the files do not exist yet', {
    missing: await missingPaths(declaredPaths([...read.declared, ...read.composed], settings)),
  })
  return exitCode.output
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from '../run-quietly.ts'

/**
 * Installs a package of PyPI. A virtual environment contains absolute paths: it is created in its final folder, and `.complete` marks
 * it as finished. Python compiles what is imported when it is first imported: to compile all that moto brings takes half of the
 * processor time.
 */
export async function pythonPackage(python: string, requirement: string, folder: string): Promise<void> {
  await runQuietly(python, ['-m', 'venv', '--clear', folder])
  const args = ['-m', 'pip', 'install', '--no-compile', '--disable-pip-version-check', requirement]
  await runQuietly(join(folder, 'bin', 'python'), args)
  writeFileSync(join(folder, '.complete'), '')
}

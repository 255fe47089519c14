import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from '../run-quietly.ts'

/** Installs a package of PyPI. A virtual environment contains absolute paths: it is created in its final folder, and `.complete` marks it as finished. */
export async function pythonPackage(python: string, requirement: string, folder: string): Promise<void> {
  await runQuietly(python, ['-m', 'venv', '--clear', folder])
  const args = ['-m', 'pip', 'install', '--disable-pip-version-check', requirement]
  await runQuietly(join(folder, 'bin', 'python'), args)
  writeFileSync(join(folder, '.complete'), '')
}

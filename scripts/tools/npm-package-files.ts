import { globSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from '../run-quietly.ts'

/** Unpacks one file of a package, without those that it depends on, atomically: the target is complete or does not exist. */
export async function npmPackageFiles(
  npm: string,
  name: string,
  file: string,
  folder: string,
): Promise<void> {
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  await runQuietly(npm, ['pack', '--silent', `--pack-destination=${making}`, name])
  const [archive = ''] = globSync('*.tgz', { cwd: making })
  await runQuietly('tar', ['-xzf', join(making, archive), '-C', making, file])
  rmSync(join(making, archive))
  renameSync(making, folder)
}

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from './installed.ts'
import { runQuietly } from '../run-quietly.ts'

/** Also held by `.ci/container-engine`, which installs packages. */
export const aptLock = () => join(tmpdir(), 'kees-container-engine.lock')

/**
 * One installation at a time: apt-get waits for the lock of dpkg, as long as it is told to, but never for that of its lists.
 * @param apt the path of apt-get.
 */
export async function installPackages(apt: string, packages: readonly string[]): Promise<void> {
  const flock = findCommand('flock')
  const [command, ...before] = flock === undefined ? [apt] : [flock, aptLock(), apt]
  const args = [...before, '-qq', '-o', 'DPkg::Lock::Timeout=600']
  await runQuietly(command, [...args, 'update'])
  await runQuietly(command, [...args, 'install', '-y', '--no-install-recommends', ...packages], {
    DEBIAN_FRONTEND: 'noninteractive',
  })
}

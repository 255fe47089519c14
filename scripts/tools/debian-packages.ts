import { globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from './installed.ts'
import { runQuietly } from '../run-quietly.ts'

/** Also held by `.ci/container-engine`, which installs packages. */
const aptLock = () => join(tmpdir(), 'kees-container-engine.lock')

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

/** Commands of tests that fetch-tools.ts does not build; each is in the Debian package of the same name. */
export const debianCommands = ['fish', 'gpg', 'gpg-agent', 'jq', 'ruby', 'sqop', 'strace', 'zsh'] as const

/** The Debian packages that tests need and the machine lacks. */
export function missingTestPackages(): readonly string[] {
  const libraries = globSync('/usr/lib/*/libpq.so.5').length > 0 ? [] : ['libpq5']
  return [...debianCommands.filter((name) => findCommand(name) === undefined), ...libraries]
}

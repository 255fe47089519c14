import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withDirectoryLock } from '../directory-lock.mjs'
import { runQuietly } from '../run-quietly.ts'
import { toolCache } from './tool-cache.ts'

type Target = {
  /** As Node names it: npm installs an optional package only for the platform that it names. */
  readonly os: string
  readonly cpu: string
  /** A file of the package, by which its presence is checked. */
  readonly holds: string
}

/**
 * The folder of one package of a lockfile, for any platform, in the cache of the project: npm installs it when it is first asked for, and checks it against
 * the lockfile's hash.
 */
export async function lockedPackage(lockfile: string, name: string, target: Target): Promise<string> {
  const locked = entryOf(lockfile, name)
  const folder = join(toolCache(), `${name}-${locked.version}`)
  const cached = join(folder, 'node_modules', name)
  await withDirectoryLock(
    `${folder}.lock`,
    () => {},
    async () => {
      if (existsSync(join(cached, target.holds))) return
      const making = `${folder}.making`
      rmSync(making, { recursive: true, force: true })
      mkdirSync(making, { recursive: true })
      const wanted = { name: 'kees', version: '0.0.0', optionalDependencies: { [name]: locked.version } }
      const lock = {
        lockfileVersion: 3,
        requires: true,
        // Only the package: nothing of ours uses what one of them needs for its command.
        packages: { '': wanted, [`node_modules/${name}`]: { ...locked, dependencies: undefined } },
      }
      writeFileSync(join(making, 'package.json'), JSON.stringify(wanted))
      writeFileSync(join(making, 'package-lock.json'), JSON.stringify({ ...wanted, ...lock }))
      await runQuietly('npm', [
        'ci',
        '--prefix',
        making,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        `--os=${target.os}`,
        `--cpu=${target.cpu}`,
      ])
      // npm does not report an optional package that it failed to install.
      if (!existsSync(join(making, 'node_modules', name, target.holds))) {
        throw new Error(`npm did not install ${name} ${locked.version}`)
      }
      rmSync(folder, { recursive: true, force: true })
      renameSync(making, folder)
    },
  )
  return cached
}

type Locked = { readonly version: string; readonly license: string; readonly [field: string]: unknown }

/** Throws where the lockfile has no such package. */
export function entryOf(lockfile: string, name: string): Locked {
  const { packages }: { packages: Readonly<Record<string, Locked | undefined>> } = JSON.parse(
    readFileSync(lockfile, 'utf8'),
  )
  const found = packages[`node_modules/${name}`]
  if (found === undefined) throw new Error(`${lockfile} has no ${name}`)
  return found
}

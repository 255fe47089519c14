import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withDirectoryLock } from '../directory-lock.mjs'
import { runQuietly } from '../run-quietly.ts'
import { toolCache } from '../tools/tool-cache.ts'
import type { Platform } from './platform.ts'

/**
 * The folder of the package with the pinned Node for a platform: that of node_modules, or of a cache into which npm installs
 * it. Either way npm checks it against the lockfile's hash.
 */
export async function platformNode(root: string, { nodeArch }: Platform): Promise<string> {
  const name = `node-linux-${nodeArch}`
  const installed = join(root, 'node_modules', name)
  if (existsSync(join(installed, 'bin', 'node'))) return installed
  const locked = lockedPackage(readFileSync(join(root, 'package-lock.json'), 'utf8'), name)
  const folder = join(toolCache(), `${name}-${locked.version}`)
  const cached = join(folder, 'node_modules', name)
  await withDirectoryLock(
    `${folder}.lock`,
    () => {},
    async () => {
      if (existsSync(join(cached, 'bin', 'node'))) return
      const making = `${folder}.making`
      rmSync(making, { recursive: true, force: true })
      mkdirSync(making, { recursive: true })
      const wanted = {
        name: 'kees-images',
        version: '0.0.0',
        optionalDependencies: { [name]: locked.version },
      }
      const lock = {
        lockfileVersion: 3,
        requires: true,
        packages: { '': wanted, [`node_modules/${name}`]: locked },
      }
      writeFileSync(join(making, 'package.json'), JSON.stringify(wanted))
      writeFileSync(join(making, 'package-lock.json'), JSON.stringify({ ...wanted, ...lock }))
      const target = ['--os=linux', `--cpu=${nodeArch}`]
      await runQuietly('npm', [
        'ci',
        '--prefix',
        making,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        ...target,
      ])
      // npm does not report an optional package that it failed to install.
      if (!existsSync(join(making, 'node_modules', name, 'bin', 'node'))) {
        throw new Error(`npm did not install ${name} ${locked.version}`)
      }
      rmSync(folder, { recursive: true, force: true })
      renameSync(making, folder)
    },
  )
  return cached
}

type Locked = { readonly version: string; readonly [field: string]: unknown }

function lockedPackage(lockfile: string, name: string): Locked {
  const { packages }: { packages: Record<string, Locked | undefined> } = JSON.parse(lockfile)
  const found = packages[`node_modules/${name}`]
  if (found === undefined) throw new Error(`package-lock.json has no ${name}`)
  return found
}

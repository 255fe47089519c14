import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lockedPackage } from '../tools/locked-package.ts'
import type { Platform } from './platform.ts'

/**
 * The folder of the package with the pinned Node for a platform: that of node_modules, or of a cache into which npm installs
 * it. Either way npm checks it against the lockfile's hash.
 */
export async function platformNode(root: string, { nodeArch }: Platform): Promise<string> {
  const name = `node-linux-${nodeArch}`
  const installed = join(root, 'node_modules', name)
  if (existsSync(join(installed, 'bin', 'node'))) return installed
  return lockedPackage(join(root, 'package-lock.json'), name, {
    os: 'linux',
    cpu: nodeArch,
    holds: 'bin/node',
  })
}

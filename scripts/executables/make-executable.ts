/** Node's single executable applications: https://nodejs.org/api/single-executable-applications.html */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, executable, root } from '../bundle.ts'
import { withDirectoryLock } from '../directory-lock.mjs'
import { runQuietly } from '../run-quietly.ts'
import { entryOf, lockedPackage } from '../tools/locked-package.ts'
import { type Platform, platformOf } from './platforms.ts'
import { signMachO } from './sign-mach-o.ts'

export const runtimesLockfile = join(import.meta.dirname, 'runtimes', 'package-lock.json')

/** The folder of the package with Node for a platform. */
export function runtimeOf({ packageName, os, cpu }: Platform): Promise<string> {
  return lockedPackage(runtimesLockfile, packageName, { os, cpu, holds: 'bin/node' })
}

/**
 * V8 decides by chance about what its code cache contains, such as the order in hash tables. It takes the cache from a Node with any seed.
 */
const seed = '--random-seed=1'

/** Makes dist/executables/kees-PLATFORM, unless it is there with the same content, and returns its path. */
export async function makeExecutable(platform: Platform): Promise<string> {
  const host = platformOf(process)
  if (host === undefined)
    throw new Error(`executables cannot be built on ${process.platform} ${process.arch}`)
  const { text } = await bundle(executable)
  // A code cache, which halves the time of the start, can be made only by a Node that runs here.
  const useCodeCache = platform === host
  const options = {
    disableExperimentalSEAWarning: true,
    useCodeCache,
    // As with Node itself: what docs/network.md says about NODE_OPTIONS holds.
    execArgvExtension: 'env',
  }
  const made = join(root, 'dist', 'executables', `kees-${platform.name}`)
  const stamp = createHash('sha256')
    .update(JSON.stringify([text, options, seed, entryOf(runtimesLockfile, platform.packageName)]))
    .digest('hex')
  mkdirSync(join(root, 'dist', 'executables'), { recursive: true })
  await withDirectoryLock(
    `${made}.lock`,
    () => {},
    async () => {
      const stampFile = `${made}.stamp`
      if (existsSync(made) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
      const node = join(await runtimeOf(host), 'bin', 'node')
      const base = join(await runtimeOf(platform), 'bin', 'node')
      const folder = mkdtempSync(join(tmpdir(), 'kees-executable-'))
      try {
        // By a name without a folder: it becomes a part of the executable, and of stack traces.
        writeFileSync(join(folder, 'kees.cjs'), text)
        const config = { main: 'kees.cjs', output: 'kees', executable: base, ...options }
        writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
        const build = 'cd "$1" && exec "$2" "$3" --build-sea config.json'
        await runQuietly('sh', ['-c', build, 'sh', folder, node, seed], { NODE_OPTIONS: '' })
        const built = readFileSync(join(folder, 'kees'))
        writeFileSync(`${made}.making`, platform.os === 'darwin' ? signMachO(built, 'kees') : built)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
      chmodSync(`${made}.making`, 0o755)
      renameSync(`${made}.making`, made)
      writeFileSync(stampFile, stamp)
    },
  )
  return made
}

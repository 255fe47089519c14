/** Node's single executable applications: https://nodejs.org/api/single-executable-applications.html */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
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
import { entryOf } from '../tools/locked-package.ts'
import { type Platform, platformOf } from './platforms.ts'
import { builderForMacOs, injectBlob, lockfileOf, runtimeOf } from './runtimes.ts'
import { signMachO } from './sign-mach-o.ts'

/**
 * V8 decides by chance about what its code cache contains, such as the order in hash tables. A Node with any other seed accepts it.
 */
const seed = '--random-seed=1'

/** Makes dist/executables/kees-PLATFORM, unless it is there with the same content, and returns its path. */
export async function makeExecutable(platform: Platform): Promise<string> {
  const { text } = await bundle(executable)
  const options = {
    disableExperimentalSEAWarning: true,
    // It takes a third off the start, and can be made only by a Node that runs here.
    useCodeCache: platform === platformOf(process),
  }
  const made = join(root, 'dist', 'executables', `kees-${platform.name}`)
  const stamp = createHash('sha256')
    .update(JSON.stringify([text, options, seed, entryOf(lockfileOf(platform), platform.packageName)]))
    .digest('hex')
  mkdirSync(join(root, 'dist', 'executables'), { recursive: true })
  await withDirectoryLock(
    `${made}.lock`,
    () => {},
    async () => {
      const stampFile = `${made}.stamp`
      if (existsSync(made) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
      const folder = mkdtempSync(join(tmpdir(), 'kees-executable-'))
      try {
        writeFileSync(join(folder, 'kees.cjs'), text)
        await (platform.os === 'linux' ? makeForLinux : makeForMacOs)(platform, options, folder)
        chmodSync(join(folder, 'kees'), 0o755)
        copyFileSync(join(folder, 'kees'), `${made}.making`)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
      renameSync(`${made}.making`, made)
      writeFileSync(stampFile, stamp)
    },
  )
  return made
}

/** Makes the file kees in the folder, from kees.cjs there. */
type Make = (platform: Platform, options: object, folder: string) => Promise<void>

const makeForLinux: Make = async (platform, options, folder) => {
  await runNode(process.execPath, folder, '--experimental-sea-config', { output: 'blob', ...options })
  copyFileSync(join(await runtimeOf(platform), 'bin', 'node'), join(folder, 'kees'))
  chmodSync(join(folder, 'kees'), 0o755)
  await injectBlob(join(folder, 'kees'), readFileSync(join(folder, 'blob')))
}

const makeForMacOs: Make = async (platform, options, folder) => {
  const base = join(await runtimeOf(platform), 'bin', 'node')
  const config = { output: 'unsigned', executable: base, ...options }
  await runNode(await builderForMacOs(), folder, '--build-sea', config)
  writeFileSync(join(folder, 'kees'), signMachO(readFileSync(join(folder, 'unsigned')), 'kees'))
}

/** In the folder, so that the bundle has a name without one: it becomes a part of the executable, and of stack traces. */
async function runNode(node: string, folder: string, flag: string, config: object): Promise<void> {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ main: 'kees.cjs', ...config }))
  const inFolder = 'cd "$1" && exec "$2" "$3" "$4" config.json'
  await runQuietly('sh', ['-c', inFolder, 'sh', folder, node, seed, flag], { NODE_OPTIONS: '' })
}

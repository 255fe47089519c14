import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { chmod, copyFile, lstat, open, readlink, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { failed } from '../../runtime/failure.ts'
import { makeFolder } from '../../runtime/files/make-folder.ts'
import { syncFolder } from '../../runtime/files/sync-folder.ts'
import { unlessAbsent } from '../../runtime/files/system-error.ts'
import { stageFiles } from './stage-files.ts'
import { tryWrite } from './try-write.ts'

/** A file that is copied, or the name beside it that a symbolic link leads to. */
export type InstallSource = { readonly file: string } | { readonly linkTo: string }

type Installed = { readonly path: string; readonly outcome: 'installed' | 'would be installed' | 'unchanged' }

/**
 * Installs programs into a folder: all of them, or none, also while an older one runs. Throws OUTPUT_UNWRITABLE.
 *
 * @param sources by the names that they get.
 */
export async function installFiles(
  sources: ReadonlyMap<string, InstallSource>,
  folder: string,
): Promise<readonly Installed[]> {
  const installed: Installed[] = []
  await stageFiles(async (beside) => {
    await tryWrite(folder, makeFolder(folder))
    for (const [name, source] of sources) {
      const path = join(folder, name)
      const isUnchanged = await tryWrite(path, isThere(path, source))
      if (!isUnchanged) await tryWrite(path, make(source, beside(path)))
      installed.push({ path, outcome: isUnchanged ? 'unchanged' : 'installed' })
    }
  })
  if (installed.some(({ outcome }) => outcome === 'installed')) await tryWrite(folder, syncFolder(folder))
  return installed
}

const mode = 0o755

/** What installFiles would do. Throws OUTPUT_UNWRITABLE. */
export async function planInstall(
  sources: ReadonlyMap<string, InstallSource>,
  folder: string,
): Promise<readonly Installed[]> {
  const planned: Installed[] = []
  for (const [name, source] of sources) {
    const path = join(folder, name)
    const isUnchanged = await tryWrite(path, isThere(path, source))
    planned.push({ path, outcome: isUnchanged ? 'unchanged' : 'would be installed' })
  }
  return planned
}

/** Whether the link leads there, or the file is identical and executable for all users. */
async function isThere(path: string, source: InstallSource): Promise<boolean> {
  const found = await unlessAbsent(lstat(path))
  if (found === undefined) return false
  if (found.isSymbolicLink()) return 'linkTo' in source && (await readlink(path)) === source.linkTo
  if (!found.isFile()) {
    throw failed({ code: 'OUTPUT_UNWRITABLE', message: `${path} cannot be written: it is not a file` })
  }
  if ('linkTo' in source) return false
  if (found.size !== (await stat(source.file)).size || (found.mode & mode) !== mode) return false
  const [there, ours] = await Promise.all([path, source.file].map((one) => hashOf(one)))
  return there === ours
}

function make(source: InstallSource, path: string): Promise<void> {
  return 'linkTo' in source ? symlink(source.linkTo, path) : copySynced(source.file, path)
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function copySynced(source: string, path: string): Promise<void> {
  await copyFile(source, path, constants.COPYFILE_EXCL)
  // Regardless of the mode of the source and of the umask: any user may run it.
  await chmod(path, mode)
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

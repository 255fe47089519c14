import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, rmSync } from 'node:fs'
import { chmod, copyFile, lstat, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { failed } from '../runtime/failure.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { syncFolder } from '../runtime/sync-folder.ts'
import { unlessAbsent } from '../runtime/system-error.ts'
import { takePlace } from './replace-files.ts'
import { withCleanUp } from './with-clean-up.ts'
import { writable } from './writable.ts'

export type Installed = { readonly path: string; readonly outcome: 'installed' | 'unchanged' }

/**
 * Copies programs into a folder. All copies are made beside their places first, so that an error leaves every program as it
 * was; then each takes its place at once, in their order, also while an older one runs. Throws OUTPUT_UNWRITABLE.
 *
 * @param sources the files, by the names that they get.
 */
export async function installFiles(
  sources: ReadonlyMap<string, string>,
  folder: string,
): Promise<readonly Installed[]> {
  const staged: { readonly path: string; readonly temporary: string }[] = []
  const installed: Installed[] = []
  const cleanUp = () => {
    for (const { temporary } of staged) rmSync(temporary, { force: true })
  }
  await withCleanUp(cleanUp, async () => {
    await writable(folder, makeFolder(folder))
    for (const [name, source] of sources) {
      const path = join(folder, name)
      if (await writable(path, isThere(path, source))) {
        installed.push({ path, outcome: 'unchanged' })
        continue
      }
      const temporary = join(folder, `.kees-${randomUUID()}`)
      staged.push({ path, temporary })
      await writable(path, copySynced(source, temporary))
      installed.push({ path, outcome: 'installed' })
    }
    for (const { path, temporary } of staged) await writable(path, takePlace(temporary, path))
    if (staged.length > 0) await writable(folder, syncFolder(folder))
  })
  return installed
}

const mode = 0o755

/** Whether the place has this very program, and everybody may run it. */
async function isThere(path: string, source: string): Promise<boolean> {
  const found = await unlessAbsent(lstat(path))
  if (found === undefined || found.isSymbolicLink()) return false
  if (!found.isFile()) {
    throw failed({ code: 'OUTPUT_UNWRITABLE', message: `${path} cannot be written: it is not a file` })
  }
  if (found.size !== (await stat(source)).size || (found.mode & mode) !== mode) return false
  const [there, ours] = await Promise.all([path, source].map((one) => hashOf(one)))
  return there === ours
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function copySynced(source: string, path: string): Promise<void> {
  await copyFile(source, path, constants.COPYFILE_EXCL)
  // Whatever the source has and the umask is: who runs it later may be anybody.
  await chmod(path, mode)
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

import { randomUUID } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { failed } from '../runtime/failure.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { unlessAbsent } from '../runtime/system-error.ts'
import { writeSynced } from '../runtime/write-synced.ts'
import { withCleanUp } from './with-clean-up.ts'
import { writable } from './writable.ts'

/**
 * Puts new texts into files. All are written beside their places first, so that an error leaves every file as it was;
 * then they take their places, and no signal comes between. The mode of a file that exists stays, and a link to it. Throws OUTPUT_UNWRITABLE.
 *
 * @param mode of every file, in place of the one that it has.
 */
export async function replaceFiles(files: ReadonlyMap<string, string>, mode?: number): Promise<void> {
  const staged: { path: string; temporary: string }[] = []
  const cleanUp = () => {
    for (const { temporary } of staged) rmSync(temporary, { force: true })
  }
  await withCleanUp(cleanUp, async () => {
    for (const [name, text] of files) {
      await writable(name, makeFolder(dirname(name)))
      const path = (await writable(name, unlessAbsent(realpath(name)))) ?? name
      const temporary = join(dirname(path), `.kees-${randomUUID()}`)
      staged.push({ path, temporary })
      const found = await modeOf(path)
      await writable(path, writeSynced(temporary, text, mode ?? found))
    }
    for (const { path, temporary } of staged) await writable(path, takePlace(temporary, path))
  })
}

/** Not by a thread of its own: awaiting it gives a signal no turn. */
export async function takePlace(temporary: string, path: string): Promise<void> {
  renameSync(temporary, path)
}

async function modeOf(path: string): Promise<number | undefined> {
  const found = await unlessAbsent(stat(path))
  if (found === undefined || found.isFile()) return found && found.mode & 0o777
  throw failed({ code: 'OUTPUT_UNWRITABLE', message: `${path} cannot be written: it is not a file` })
}

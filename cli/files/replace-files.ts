import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failed } from '../../runtime/failure.ts'
import { makeFolder } from '../../runtime/files/make-folder.ts'
import { unlessAbsent } from '../../runtime/files/system-error.ts'
import { writeSynced } from '../../runtime/files/write-synced.ts'
import { isForeignLink } from './read-regular.ts'
import { stageFiles } from './stage-files.ts'
import { tryWrite } from './try-write.ts'

/**
 * Puts new texts into files: all of them, or none. The mode of a file that exists stays, and a link to it. Throws
 * OUTPUT_UNWRITABLE.
 *
 * @param mode of every file, in place of the one that it has.
 */
export async function replaceFiles(
  files: ReadonlyMap<string, string | Uint8Array>,
  mode?: number,
): Promise<void> {
  await stageFiles(async (beside) => {
    for (const [name, text] of files) {
      await tryWrite(name, makeFolder(dirname(name)))
      const path = (await tryWrite(name, unlessAbsent(realpath(name)))) ?? name
      // Whoever made the link would decide where is written.
      if (path !== name && (await isForeignLink(name)))
        throw failed({
          code: 'OUTPUT_UNWRITABLE',
          message: `${name} cannot be written: it is a link out of its folder`,
        })
      const found = await modeOf(path)
      await tryWrite(path, writeSynced(beside(path), text, mode ?? found))
    }
  })
}

/** What replaceFiles would do with each file, without writing. */
export async function planReplacement(
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<readonly { readonly path: string; readonly outcome: 'would be created' | 'would be changed' }[]> {
  const planned = await Promise.all(
    [...files].map(async ([path, text]) => {
      const found = await tryWrite(path, unlessAbsent(readFile(path)))
      if (found?.equals(Buffer.from(text))) return []
      return [{ path, outcome: found ? ('would be changed' as const) : ('would be created' as const) }]
    }),
  )
  return planned.flat()
}

async function modeOf(path: string): Promise<number | undefined> {
  const found = await unlessAbsent(stat(path))
  if (found === undefined || found.isFile()) return found && found.mode & 0o777
  throw failed({ code: 'OUTPUT_UNWRITABLE', message: `${path} cannot be written: it is not a file` })
}

import { join } from 'node:path'
import type { Bytes, NewFile } from '../../runtime/init/files/file-tree.ts'
import { writeFiles } from '../../runtime/init/files/write-files.ts'
import { makeFolder } from '../../runtime/files/make-folder.ts'
import { replaceFiles } from './replace-files.ts'
import { tryWrite } from './try-write.ts'

/**
 * Writes values to files with mode 0600, also if the old files had another mode. A folder gets the given files and keeps the
 * files of others: as in init, a symbolic link is replaced atomically. Throws OUTPUT_UNWRITABLE.
 *
 * @returns why old files of a folder could not be removed.
 */
export async function writePrivate(files: readonly NewFile[]): Promise<readonly string[]> {
  const texts = new Map<string, Bytes>()
  const inFolders: NewFile[] = []
  for (const { path, content } of files) {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      texts.set(path, content)
      continue
    }
    await tryWrite(path, makeFolder(path, 0o700))
    for (const [name, bytes] of content) inFolders.push({ path: join(path, name), content: bytes })
  }
  await replaceFiles(texts, mode)
  return writeFiles(inFolders, mode, new Date())
}

const mode = 0o600

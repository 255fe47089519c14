import { join } from 'node:path'
import { type NewFile, writeFiles } from '../../runtime/init/write-files.ts'
import { makeFolder } from '../../runtime/files/make-folder.ts'
import { replaceFiles } from './replace-files.ts'
import { tryWrite } from './try-write.ts'

/**
 * Puts values into files that only their owner can read, whoever could read what was there. A folder ends up with the files
 * that it is given and with what others put there: like init in a pod, it is a swap of links. Throws OUTPUT_UNWRITABLE.
 *
 * @returns what keeps earlier files of a folder from being removed.
 */
export async function writePrivate(files: readonly NewFile[]): Promise<readonly string[]> {
  const texts = new Map<string, string>()
  const inFolders: NewFile[] = []
  for (const { path, content } of files) {
    if (typeof content === 'string') {
      texts.set(path, content)
      continue
    }
    await tryWrite(path, makeFolder(path, 0o700))
    for (const [name, text] of content) inFolders.push({ path: join(path, name), content: text })
  }
  await replaceFiles(texts, mode)
  return writeFiles(inFolders, mode, new Date())
}

const mode = 0o600

/**
 * Reads files of which somebody else may decide what they are, such as those of a pull request: regular files only, so that
 * nothing hangs at a FIFO or never ends at a device, and no larger than any manifest is.
 */
import { constants } from 'node:fs'
import { open, readFile, realpath } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { quotePath } from '../../runtime/files/quote-path.ts'
import { tryRead } from './try-read.ts'

/** In bytes. A build of 10,000 Deployments has 13 MB. */
export const largestFile = 256 * 1024 * 1024

/** What a shell passes for `<(command)`: the caller names it, and a file of a repository cannot. */
const ofShell = /^\/(dev\/(fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/

export async function readRegular(path: string): Promise<Parsed<Buffer>> {
  if (ofShell.test(path)) return tryRead(path, readFile(path))
  // Opening a FIFO would wait for somebody who writes.
  const opened = await tryRead(path, open(path, constants.O_RDONLY | constants.O_NONBLOCK))
  if (opened.diagnostics !== undefined) return opened
  const file = opened.value
  try {
    const found = await file.stat()
    // Reading it says so.
    if (!found.isFile() && !found.isDirectory()) return invalid(`${quotePath(path)} is not a regular file`)
    if (found.size > largestFile)
      return invalid(`${quotePath(path)} has ${found.size} bytes, and at most ${largestFile} are read`)
    return await tryRead(path, file.readFile())
  } finally {
    await file.close()
  }
}

/** Whether a path leads out of a folder by symbolic links. @param folder of which the path is written as a part. */
export async function leaves(folder: string, path: string): Promise<boolean> {
  const way = relative(await realpath(folder), await realpath(path))
  return way === '..' || way.startsWith(`..${sep}`)
}

/** Whether the link that a file is, if it is one, leads out of its own folder. */
export async function isForeignLink(path: string): Promise<boolean> {
  return leaves(dirname(path), path)
}

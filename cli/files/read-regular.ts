/**
 * Reads files of which somebody else may decide what they are, such as those of a pull request: regular files only, so that
 * nothing hangs at a FIFO or never ends at a device, and no larger than any manifest is.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { BoundedInput } from '../../functions/krm/read-stdin.ts'
import { isNotText } from '../../functions/krm/decode-text.ts'
import { quotePath } from '../../runtime/files/quote-path.ts'
import { tryRead } from './try-read.ts'

/** In bytes, of a file, and of all manifests of a command. A build of 10,000 Deployments has 13 MB. */
export const largestFile = 256 * 1024 * 1024

/** What a shell passes for `<(command)`: the caller names it, and a file of a repository cannot. */
const ofShell = /^\/(dev\/(fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/

/** Of a file that is not text, its beginning. @param largest in bytes. */
export async function readRegular(path: string, largest = largestFile): Promise<Parsed<Buffer>> {
  const isOfShell = ofShell.test(path)
  // Opening a FIFO would wait for somebody who writes.
  const flags = isOfShell ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK
  const opened = await tryRead(path, open(path, flags))
  if (opened.diagnostics !== undefined) return opened
  const file = opened.value
  try {
    const found = await file.stat()
    // Reading a folder says so.
    if (!isOfShell && !found.isFile() && !found.isDirectory())
      return invalid(`${quotePath(path)} is not a regular file`)
    if (found.size > largest)
      return invalid(`${quotePath(path)} has ${found.size} bytes, and at most ${largest} are read`)
    const read = await tryRead(path, readAll(file, quotePath(path), largest))
    return read.diagnostics === undefined ? read.value : read
  } finally {
    await file.close()
  }
}

/** Files of /proc say that they are empty, and others grow: the size says nothing of what is read. */
async function readAll(file: FileHandle, name: string, largest: number): Promise<Parsed<Buffer>> {
  const input = new BoundedInput(name, { largest, isUseless: isNotText })
  while (input.wantsMore) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(chunkSize) })
    if (bytesRead === 0) break
    input.add(buffer.subarray(0, bytesRead))
  }
  return input.end()
}

const chunkSize = 65_536

/** Whether a path leads out of a folder by symbolic links. @param folder of which the path is written as a part. */
export async function leaves(folder: string, path: string): Promise<boolean> {
  const way = relative(await realpath(folder), await realpath(path))
  return way === '..' || way.startsWith(`..${sep}`)
}

/** Whether the link that a file is, if it is one, leads out of its own folder. */
export async function isForeignLink(path: string): Promise<boolean> {
  return leaves(dirname(path), path)
}

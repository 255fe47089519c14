import { open } from 'node:fs/promises'

/**
 * Writes a new file, and returns when it is on the disk. @param mode of the file, whatever the umask is; without it, the one
 * that the umask leaves.
 */
export async function writeSynced(path: string, content: string, mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    if (mode !== undefined) await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

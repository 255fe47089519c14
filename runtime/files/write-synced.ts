import { open } from 'node:fs/promises'

/**
 * Creates a file, and returns when it is synced to disk. @param mode of the file, regardless of the umask; by default, the
 * umask applies.
 */
export async function writeSynced(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    if (mode !== undefined) await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

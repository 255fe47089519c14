import { closeSync, fchmodSync, fsyncSync, openSync, writeFileSync } from 'node:fs'

/**
 * Creates a file, and returns when it is synced to disk. The calls are synchronous: those of `fs/promises` need threads, and starting them
 * takes init longer than its files do (docs/performance.md). @param mode of the file, regardless of the umask; by default, the
 * umask applies.
 */
export async function writeSynced(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = openSync(path, 'wx', mode)
  try {
    if (mode !== undefined) fchmodSync(file, mode)
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Syncs a folder to disk, so that new, linked and renamed entries survive a crash of the machine. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Removes what is at a path, if anything is. The calls are synchronous, see writeSynced. Not with rmSync, which reports some errors of the
 * system, such as ENOSPC, as unknown ones.
 */
export async function removeTree(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) return unlinkSync(path)
  for (const name of readdirSync(path)) await removeTree(join(path, name))
  rmdirSync(path)
}

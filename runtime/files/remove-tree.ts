import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { pathIn } from './path-in.ts'

/**
 * Removes what is at a path, if anything is. The calls are synchronous, see writeSynced. Not with rmSync, which reports some errors of the
 * system, such as ENOSPC, as unknown ones.
 */
export async function removeTree(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) return unlinkSync(path)
  for (const name of readdirSync(path)) await removeTree(pathIn(path, name))
  rmdirSync(path)
}

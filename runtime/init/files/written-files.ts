/** What of the files is on the disk. */
import { promises } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode } from '../../files/system-error.ts'
import { outputFolders, type OutputSettings } from './output-folders.ts'
import type { ReadDeclared } from './read-declared.ts'
import { folderTrees, isTree, type Leaf, type NewFile, type Tree } from './file-tree.ts'
import { dataLink, isLinkOfOurs } from './write-files.ts'

/**
 * Whether the files of an earlier fetch are there. A folder appears with everything that was declared then, so the app has what it
 * started with, even if the annotations have changed since. While they are invalid, one of the folders is enough, because it is not
 * known which of them are needed.
 */
export async function filesExist(
  { declared, composed, diagnostics }: Pick<ReadDeclared, 'declared' | 'composed' | 'diagnostics'>,
  settings: OutputSettings,
): Promise<boolean> {
  const { secretsFile, resourcesFile, envFile } = settings
  if (diagnostics.length > 0) {
    for (const path of [secretsFile, resourcesFile, envFile]) if (await isSwapped(dirname(path))) return true
    return false
  }
  for (const folder of outputFolders([...declared, ...composed], settings))
    if (!(await isSwapped(folder))) return false
  return true
}

/** Whether files of ours have appeared in a folder. */
async function isSwapped(folder: string): Promise<boolean> {
  const found = await unlessUnreadable(promises.stat(join(folder, dataLink)))
  return found?.isDirectory() === true
}

/** The paths among them at which there is no file. */
export async function missingPaths(paths: Iterable<string>): Promise<string[]> {
  const missing = []
  for (const path of paths) {
    const found = await unlessUnreadable(promises.stat(path))
    if (found?.isFile() !== true) missing.push(path)
  }
  return missing
}

/** Whether the disk has these very files, and no others of ours in their folders. @param folders see folderTrees. */
export async function areWritten(
  files: readonly NewFile[],
  folders: readonly string[] = [],
): Promise<boolean> {
  for (const { folder, entries } of folderTrees(files, folders)) {
    if (!(await isSwapped(folder))) return false
    for (const [name, entry] of entries) if (!(await isWritten(join(folder, name), entry))) return false
    for (const name of await promises.readdir(folder))
      if (!entries.has(name) && isLinkOfOurs(join(folder, name))) return false
  }
  return true
}

async function isWritten(path: string, entry: Tree | Leaf): Promise<boolean> {
  if (!isTree(entry)) {
    const found = entry.mode === undefined ? undefined : await unlessUnreadable(promises.stat(path))
    if (found && (found.mode & 0o777) !== entry.mode) return false
    return (await unlessUnreadable(promises.readFile(path)))?.equals(Buffer.from(entry.bytes)) === true
  }
  const names = await unlessUnreadable(promises.readdir(path))
  if (names?.length !== entry.size) return false
  for (const [name, one] of entry) if (!(await isWritten(join(path, name), one))) return false
  return true
}

/** A file that cannot be read counts as missing: it is written again, which reports what is wrong. */
async function unlessUnreadable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

/**
 * Writes files so that all of a folder appear, and are replaced, at once: as the kubelet does for its volumes.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/volume/util/atomic_writer.go
 *
 *     /secret/secret   -> ..data/secret
 *     /secret/tls      -> ..data/tls
 *     /secret/..data   -> ..2026_01_31_12_00_00.4f2a90c1
 *     /secret/..2026_01_31_12_00_00.4f2a90c1/secret
 *     /secret/..2026_01_31_12_00_00.4f2a90c1/tls/server.key
 *
 * The links to files come first and dangle; renaming a new `..data` over the old one is the moment when all appear.
 *
 * Several folders are made ready before the first of them is swapped, but nothing swaps two at once: a process that is killed between two swaps leaves
 * the first folder new and the second one old. An app does not see that when it starts, because init has not ended and runs again. A refresh compares
 * all folders with what they are to contain, and writes all of them again.
 *
 * The calls are synchronous, see writeSynced.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { basename } from 'node:path'
import { pathIn } from '../../files/path-in.ts'
import { quotePath } from '../../files/quote-path.ts'
import { failed } from '../../failure.ts'
import { formatUtc } from '../../utc-time.ts'
import { removeTree } from '../../files/remove-tree.ts'
import { syncFolder } from '../../files/sync-folder.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'
import { writeSynced } from '../../files/write-synced.ts'
import { type FolderTree, folderTrees, isTree, type NewFile, type Tree } from './file-tree.ts'

/** The link of a folder to its present files. */
export const dataLink = '..data'
/** The bit by which what is made in a folder gets the folder's group, and folders in it the bit. */
const setGroup = 0o2000
const versionPattern = /^\.\.\d{4}(_\d\d){5}\.[0-9a-f]{8}$/

/** A folder that files are written to, and what of it has to go again if the writing fails. */
type Target = FolderTree & { readonly made: string[] }

/**
 * Where it fails before the moment when all appear, it leaves what was there; and whenever it is killed, what is there is
 * all of the old or all of the new. @param mode the files' permission bits. @param now for the name of the new version
 * of a folder. @param folders see folderTrees. @returns what keeps the old files from being removed, which the next run tries again.
 */
export async function writeFiles(
  files: readonly NewFile[],
  mode: number,
  now: Date,
  folders: readonly string[] = [],
): Promise<readonly string[]> {
  const version = `..${formatUtc(now).slice(0, 19).replace(/[-:T]/g, '_')}.${randomBytes(4).toString('hex')}`
  const targets: Target[] = folderTrees(files, folders).map((tree) => ({ ...tree, made: [] }))
  try {
    for (const target of targets) await explained(target, stage(target, version, mode))
    for (const target of targets) await explained(target, publish(target, version))
  } catch (error) {
    for (const path of targets.flatMap(({ made }) => made)) await unlessRefused(removeTree(path))
    throw error
  }
  const reasons = []
  for (const target of targets) reasons.push(await unlessRefused(removeOld(target, version)))
  return reasons.flatMap((reason) => reason ?? [])
}

/** Makes everything but the swap. */
async function stage({ folder, entries, made }: Target, version: string, mode: number): Promise<void> {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found) {
    throw blocked(`the folder ${quotePath(folder)} does not exist: is its volume mounted there?`)
  }
  const current = linkAt(pathIn(folder, dataLink))
  if (current !== undefined && !versionPattern.test(current)) throw inTheWay(pathIn(folder, dataLink))
  const newLinks: string[] = []
  for (const name of entries.keys()) {
    const target = linkAt(pathIn(folder, name))
    if (target === undefined) newLinks.push(name)
    else if (target !== dataTarget(name)) throw inTheWay(pathIn(folder, name))
  }
  const directory = pathIn(folder, version)
  made.push(directory)
  // With fsGroup, the files of a volume are to have its group.
  await writeFolder(directory, entries, { folder: 0o755 | (found.mode & setGroup), file: mode })
  for (const name of newLinks) {
    const path = pathIn(folder, name)
    symlinkSync(dataTarget(name), path)
    made.push(path)
  }
  made.push(pathIn(folder, nextLink(version)))
  symlinkSync(version, pathIn(folder, nextLink(version)))
}

async function writeFolder(
  directory: string,
  entries: Tree,
  modes: { readonly folder: number; readonly file: number },
): Promise<void> {
  mkdirSync(directory)
  // Set afterwards, because a umask takes bits away from what mkdir and open are given.
  chmodSync(directory, modes.folder)
  for (const [name, entry] of entries) {
    const path = pathIn(directory, name)
    if (isTree(entry)) await writeFolder(path, entry, modes)
    else await writeSynced(path, entry.bytes, entry.mode ?? modes.file)
  }
  await syncFolder(directory)
}

async function publish({ folder, made }: Target, version: string): Promise<void> {
  renameSync(pathIn(folder, nextLink(version)), pathIn(folder, dataLink))
  made.length = 0
  await syncFolder(folder)
}

/** Removes earlier versions, those that a killed run left half-made, and the links to files that are no more. */
async function removeOld({ folder, entries }: Target, version: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = pathIn(folder, name)
    if (versionPattern.test(name)) {
      if (name !== version) await removeTree(path)
    } else if (name.startsWith(`${dataLink}_`)) {
      await removeTree(path)
    } else if (!entries.has(name) && isLinkOfOurs(path)) {
      await removeTree(path)
    }
  }
}

/** The name under which the new `..data` waits to be renamed. */
function nextLink(version: string): string {
  return `${dataLink}_${version.slice(2)}`
}

function dataTarget(name: string): string {
  return `${dataLink}/${name}`
}

/** Whether a file or folder was written there, by this run or an earlier one. */
export function isLinkOfOurs(path: string): boolean {
  return linkAt(path) === dataTarget(basename(path))
}

/** What the link at a path points to: empty for anything but a link, undefined where there is nothing. */
function linkAt(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  return stats.isSymbolicLink() ? readlinkSync(path) : ''
}

function inTheWay(path: string): Error {
  return blocked(`${quotePath(path)} exists and is not a link that kees created: it is not replaced`)
}

function blocked(message: string): Error {
  return failed({ code: 'OUTPUT_UNWRITABLE', message })
}

/** The reason, where the system refuses. */
async function unlessRefused(work: Promise<void>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return systemReason(code)
  }
}

async function explained({ folder }: Target, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw blocked(`the files of ${quotePath(folder)} cannot be written: ${systemReason(code)}`)
  }
}

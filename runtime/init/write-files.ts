/**
 * Writes files so that all of a folder appear, and are replaced, at once: as the kubelet does for its volumes.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/volume/util/atomic_writer.go
 *
 *     /secret/secret   -> ..data/secret
 *     /secret/..data   -> ..2026_01_31_12_00_00.4f2a90c1
 *     /secret/..2026_01_31_12_00_00.4f2a90c1/secret
 *
 * The links to files come first and dangle; renaming a new `..data` over the old one is the moment when all appear.
 */
import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { quotePath } from '../files/quote-path.ts'
import { failed } from '../failure.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { systemCode, systemReason, unlessAbsent } from '../files/system-error.ts'
import { writeSynced } from '../files/write-synced.ts'

/** The text of a file, or of each file in a folder. */
export type Content = string | ReadonlyMap<string, string>

export type NewFile = { readonly path: string; readonly content: Content }

/** The link of a folder to its present files. */
export const dataLink = '..data'
/** The bit by which what is made in a folder gets the folder's group, and folders in it the bit. */
const setGroup = 0o2000
const versionPattern = /^\.\.\d{4}(_\d\d){5}\.[0-9a-f]{8}$/

/** A folder that files are written to, and what of it has to go again if the writing fails. */
type Target = { readonly folder: string; readonly files: readonly NewFile[]; readonly made: string[] }

/**
 * Where it fails before the moment when all appear, it leaves what was there; and whenever it is killed, what is there is
 * all of the old or all of the new. @param mode the files' permission bits. @param now for the name of the new version
 * of a folder. @returns what keeps the old files from being removed, which the next run tries again.
 */
export async function writeFiles(
  newFiles: readonly NewFile[],
  mode: number,
  now: Date,
): Promise<readonly string[]> {
  const version = `..${now.toISOString().slice(0, 19).replace(/[-:T]/g, '_')}.${randomBytes(4).toString('hex')}`
  const files = newFiles.map((file) => ({ ...file, path: resolve(file.path) }))
  const targets: Target[] = [...new Set(files.map(({ path }) => dirname(path)))].map((folder) => ({
    folder,
    files: files.filter(({ path }) => dirname(path) === folder),
    made: [],
  }))
  try {
    for (const target of targets) await explained(target, stage(target, version, mode))
    for (const target of targets) await explained(target, publish(target, version))
  } catch (error) {
    for (const path of targets.flatMap(({ made }) => made))
      await unlessRefused(rm(path, { recursive: true, force: true }))
    throw error
  }
  const reasons = []
  for (const target of targets) reasons.push(await unlessRefused(removeOld(target, version)))
  return reasons.flatMap((reason) => reason ?? [])
}

/** Makes everything but the swap. */
async function stage({ folder, files, made }: Target, version: string, mode: number): Promise<void> {
  const found = await unlessAbsent(stat(folder))
  if (!found) {
    throw blocked(`the folder ${quotePath(folder)} does not exist: is its volume mounted there?`)
  }
  const current = await linkAt(join(folder, dataLink))
  if (current !== undefined && !versionPattern.test(current)) throw inTheWay(join(folder, dataLink))
  const newLinks: NewFile[] = []
  for (const file of files) {
    const target = await linkAt(file.path)
    if (target === undefined) newLinks.push(file)
    else if (target !== fileTarget(file)) throw inTheWay(file.path)
  }
  const directory = join(folder, version)
  made.push(directory)
  await writeFolder(
    directory,
    files.map(({ path, content }) => [basename(path), content]),
    // With fsGroup, the files of a volume are to have its group.
    { folder: 0o755 | (found.mode & setGroup), file: mode },
  )
  for (const file of newLinks) {
    await symlink(fileTarget(file), file.path)
    made.push(file.path)
  }
  made.push(join(folder, nextLink(version)))
  await symlink(version, join(folder, nextLink(version)))
}

async function writeFolder(
  directory: string,
  files: Iterable<readonly [name: string, content: Content]>,
  modes: { readonly folder: number; readonly file: number },
): Promise<void> {
  await mkdir(directory)
  // Set afterwards, because a umask takes bits away from what mkdir and open are given.
  await chmod(directory, modes.folder)
  for (const [name, content] of files) {
    const path = join(directory, name)
    if (typeof content === 'string') await writeSynced(path, content, modes.file)
    else await writeFolder(path, content, modes)
  }
  await syncFolder(directory)
}

async function publish({ folder, made }: Target, version: string): Promise<void> {
  await rename(join(folder, nextLink(version)), join(folder, dataLink))
  made.length = 0
  await syncFolder(folder)
}

/** Removes earlier versions, those that a killed run left half-made, and the links to files that are no more. */
async function removeOld({ folder, files }: Target, version: string): Promise<void> {
  const kept = new Set(files.map(({ path }) => basename(path)))
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (versionPattern.test(name)) {
      if (name !== version) await rm(path, { recursive: true, force: true })
    } else if (name.startsWith(`${dataLink}_`)) {
      await rm(path, { force: true })
    } else if (!kept.has(name) && (await isLinkOfOurs(path))) {
      await rm(path, { force: true })
    }
  }
}

/** The name under which the new `..data` waits to be renamed. */
function nextLink(version: string): string {
  return `${dataLink}_${version.slice(2)}`
}

function fileTarget({ path }: { readonly path: string }): string {
  return `${dataLink}/${basename(path)}`
}

/** Whether a file was written there, by this run or an earlier one. */
export async function isLinkOfOurs(path: string): Promise<boolean> {
  return (await linkAt(path)) === fileTarget({ path })
}

/** What the link at a path points to: empty for anything but a link, undefined where there is nothing. */
async function linkAt(path: string): Promise<string | undefined> {
  const stats = await unlessAbsent(lstat(path))
  if (stats === undefined) return undefined
  return stats.isSymbolicLink() ? await readlink(path) : ''
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

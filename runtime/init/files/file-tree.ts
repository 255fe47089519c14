/** What is to be in each folder that is swapped as a whole: write-files.ts writes it, written-files.ts compares it with the disk. */
import { dirname, relative, sep } from 'node:path'
import { resolvePath } from '../../files/path-in.ts'

/** A text or bytes. */
export type Bytes = string | Uint8Array

/** A file, or the files of a folder by name. */
export type Content = Bytes | ReadonlyMap<string, Bytes>

export type NewFile = {
  readonly path: string
  readonly content: Content
  /** Permission bits; undefined for those of all files. */
  readonly mode?: number | undefined
  /** The folder with which it appears, if that is not the one that contains it. */
  readonly folder?: string
}

/** The folder that appears at once, and what it contains. */
export type FolderTree = { readonly folder: string; readonly entries: Tree }
export type Tree = ReadonlyMap<string, Tree | Leaf>
export type Leaf = { readonly bytes: Bytes; readonly mode: number | undefined }

type Growing = Map<string, Growing | Tree | Leaf>

/** @param folders that appear even if there is no file for them. @returns one tree for each folder, in the order in which they are given. */
export function folderTrees(files: readonly NewFile[], folders: readonly string[]): readonly FolderTree[] {
  const trees = new Map<string, Growing>(folders.map((folder) => [resolvePath(folder), new Map()]))
  for (const { path, content, mode, folder = dirname(path) } of files) {
    const root = resolvePath(folder)
    const entries = trees.get(root) ?? new Map()
    trees.set(root, entries)
    put(entries, namesBelow(root, resolvePath(path)), nodeOf(content, mode))
  }
  return [...trees].map(([folder, entries]) => ({ folder, entries }))
}

/** Both are resolved. */
function namesBelow(root: string, path: string): readonly string[] {
  const inside = root.endsWith(sep) ? root : `${root}${sep}`
  return (path.startsWith(inside) ? path.slice(inside.length) : relative(root, path)).split(sep)
}

function nodeOf(content: Content, mode: number | undefined): Tree | Leaf {
  if (typeof content === 'string' || content instanceof Uint8Array) return { bytes: content, mode }
  return new Map([...content].map(([name, bytes]) => [name, { bytes, mode }]))
}

function put(entries: Growing, [name = '', ...rest]: readonly string[], node: Tree | Leaf): void {
  const found = entries.get(name)
  if (rest.length === 0) {
    if (found !== undefined) throw new RangeError('two files have one path')
    entries.set(name, node)
    return
  }
  const inside: Growing = found instanceof Map ? found : new Map()
  if (found !== undefined && found !== inside) throw new RangeError('a file is inside another')
  entries.set(name, inside)
  put(inside, rest, node)
}

export function isTree(node: Tree | Leaf): node is Tree {
  return node instanceof Map
}

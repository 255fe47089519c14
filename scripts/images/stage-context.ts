import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle, programs, root } from '../bundle.ts'
import { type CachedProgram, images, isCached, type Target } from './image-programs.ts'
import { makeCodeCache } from './make-code-cache.ts'
import { platformNode } from './platform-node.ts'
import type { Platform } from './platform.ts'

/** Fills a folder with what all images have of a platform: Node, as a tree that begins at the image's root. */
export async function stageNode(folder: string, platform: Platform): Promise<void> {
  const node = await platformNode(root, platform)
  const at = join(folder, platform.arch)
  copyInto(at, 'usr/local/bin/node', join(node, 'bin', 'node'), 0o755)
  copyInto(at, 'usr/share/doc/node/LICENSE', join(node, 'LICENSE'), 0o644)
  copyInto(at, 'usr/share/doc/kees/LICENSE', join(root, 'LICENSE'), 0o644)
}

/**
 * Likewise with the programs of images, which are the same on all platforms but for their code caches.
 *
 * @param node the command that runs the Node of the platform; undefined for no code cache, and then V8 compiles a program at each start.
 */
export async function stagePrograms(
  folder: string,
  { arch }: Platform,
  targets: readonly Target[],
  node: readonly string[] | undefined,
): Promise<void> {
  const layers = new Map(
    images.filter(({ target }) => targets.includes(target)).map((one) => [one.layer, one.programs]),
  )
  for (const [layer, names] of layers) {
    const at = join(folder, `${layer}-${arch}`)
    for (const program of programs.filter((one) => names.some((name) => name === one.name))) {
      const { text } = await bundle(program)
      if (isCached(program.name)) await stageCached(join(at, 'usr/local'), program.name, text, node)
      else writeInto(at, `usr/local/bin/${program.name}`, text, 0o755)
    }
  }
}

/**
 * A program that starts with a code cache: what starts it, where other programs are, the program, and its cache. @param prefix the folder
 * that is /usr/local in an image. @param node as for stagePrograms. @returns the path of what starts it.
 */
export async function stageCached(
  prefix: string,
  name: CachedProgram,
  text: string,
  node: readonly string[] | undefined,
): Promise<string> {
  const [start, own] = [`bin/${name}`, `lib/kees/${name}`]
  copyInto(prefix, start, join(import.meta.dirname, 'start-cached.cjs'), 0o755)
  writeInto(prefix, own, text, 0o644)
  if (node === undefined) return join(prefix, start)
  const cache = join(prefix, `${own}.cache`)
  await makeCodeCache(name, node, join(prefix, start), cache)
  chmodSync(cache, 0o644)
  return join(prefix, start)
}

function writeInto(folder: string, path: string, text: string, mode: number): void {
  mkdirReadable(folder, path)
  writeFileSync(join(folder, path), text)
  chmodSync(join(folder, path), mode)
}

function copyInto(folder: string, path: string, source: string, mode: number): void {
  mkdirReadable(folder, path)
  copyFileSync(source, join(folder, path))
  chmodSync(join(folder, path), mode)
}

/** Does not depend on the umask: the modes of the folders go into the image. */
function mkdirReadable(folder: string, path: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  for (let at = dirname(path); at !== '.'; at = dirname(at)) chmodSync(join(folder, at), 0o755)
  chmodSync(folder, 0o755)
}

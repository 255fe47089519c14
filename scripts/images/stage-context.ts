import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle, programs, root } from '../bundle.ts'
import { images, type Target } from './image-programs.ts'
import { makeCodeCache } from './make-code-cache.ts'
import { platformNode } from './platform-node.ts'
import type { Platform } from './platform.ts'

/**
 * Fills a folder with what the Dockerfile copies, each piece as a tree that begins at the image's root: Node by
 * platform, and the programs of the images, which are the same on all. Programs with a code cache are added by stageCached.
 */
export async function stageContext(
  folder: string,
  wanted: readonly Platform[],
  targets: readonly Target[],
): Promise<void> {
  for (const platform of wanted) {
    const node = await platformNode(root, platform)
    const at = join(folder, platform.arch)
    copyInto(at, 'usr/local/bin/node', join(node, 'bin', 'node'), 0o755)
    copyInto(at, 'usr/share/doc/node/LICENSE', join(node, 'LICENSE'), 0o644)
    copyInto(at, 'usr/share/doc/kees/LICENSE', join(root, 'LICENSE'), 0o644)
  }
  for (const program of programs) {
    const layers = images.filter(
      (image) =>
        !('isCached' in image) &&
        targets.includes(image.target) &&
        image.programs.some((name) => name === program.name),
    )
    if (layers.length === 0) continue
    const { text } = await bundle(program)
    for (const layer of new Set(layers.map((image) => image.layer)))
      writeInto(join(folder, layer), `usr/local/bin/${program.name}`, text, 0o755)
  }
}

/**
 * The program init of a platform: what starts it at its path, the program, and its code cache. @param node the command that runs the Node
 * of the platform; undefined for none, and then V8 compiles the program at each start.
 */
export async function stageCached(
  folder: string,
  { arch }: Platform,
  node: readonly string[] | undefined,
): Promise<void> {
  for (const { layer, programs: names } of images.filter((image) => 'isCached' in image)) {
    const at = join(folder, `${layer}-${arch}`)
    for (const program of programs.filter((one) => names.some((name) => name === one.name))) {
      const [start, own] = [`usr/local/bin/${program.name}`, `usr/local/lib/kees/${program.name}`]
      copyInto(at, start, join(import.meta.dirname, 'start-cached.cjs'), 0o755)
      writeInto(at, own, (await bundle(program)).text, 0o644)
      if (node === undefined) continue
      const cache = join(at, `${own}.cache`)
      await makeCodeCache(node, join(at, start), cache)
      chmodSync(cache, 0o644)
    }
  }
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

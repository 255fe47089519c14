import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle, programs, root } from '../bundle.ts'
import { images } from './image-programs.ts'
import { platformNode } from './platform-node.ts'
import type { Platform } from './platform.ts'

/**
 * Fills a folder with what the Dockerfile copies, each piece as a tree that begins at the image's root: Node by
 * platform, and the programs, which are the same on all.
 */
export async function stageContext(folder: string, wanted: readonly Platform[]): Promise<void> {
  for (const platform of wanted) {
    const node = await platformNode(root, platform)
    const at = join(folder, platform.arch)
    copyInto(at, 'usr/local/bin/node', join(node, 'bin', 'node'), 0o755)
    copyInto(at, 'usr/share/doc/node/LICENSE', join(node, 'LICENSE'), 0o644)
    copyInto(at, 'usr/share/doc/kees/LICENSE', join(root, 'LICENSE'), 0o644)
  }
  for (const program of programs) {
    const layers = images.filter((image) => image.programs.some((name) => name === program.name))
    if (layers.length === 0) continue
    const { text } = await bundle(program)
    for (const layer of new Set(layers.map((image) => image.layer))) {
      const path = `usr/local/bin/${program.name}`
      mkdirReadable(join(folder, layer), path)
      writeFileSync(join(folder, layer, path), text)
      chmodSync(join(folder, layer, path), 0o755)
    }
  }
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

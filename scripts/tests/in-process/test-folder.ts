import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** A symbolic link in the content of a folder. */
export class Link {
  readonly target: string

  constructor(target: string) {
    this.target = target
  }
}

export type Content = { readonly [name: string]: string | Uint8Array | Link | Content }

/** Makes the folder again, with nothing but the content. */
export function makeFolder(path: string, content: Content): void {
  rmSync(path, { recursive: true, force: true })
  const links: (readonly [path: string, target: string])[] = []
  fill(path, content, links)
  for (const [link, target] of links) symlinkSync(target, link)
}

function fill(folder: string, content: Content, links: (readonly [path: string, target: string])[]): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, value] of Object.entries(content)) {
    const path = join(folder, name)
    if (value instanceof Link) links.push([path, value.target])
    else if (typeof value === 'string' || value instanceof Uint8Array) writeFileSync(path, value)
    else fill(path, value, links)
  }
}

/** Removes the folder. A process that is in it is then beside it. */
export function removeFolder(path: string): void {
  const way = relative(process.cwd(), path)
  if (way === '' || way === '..' || way.startsWith(`..${sep}`)) process.chdir(dirname(path))
  rmSync(path, { recursive: true, force: true })
}

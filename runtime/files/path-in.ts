/**
 * As `join` and `resolve`, which look at each character in a function: V8 optimises it while init runs, and starts threads for that, which takes 2 MB
 * (docs/performance.md). Nearly all paths of init are normalized.
 */
import { join, resolve } from 'node:path'

/** An empty name, or one that is a dot or two. */
const toNormalize = /\/\.{0,2}(?:\/|$)/

/** @param name below the folder, or a path. */
export function pathIn(folder: string, name: string): string {
  const path = `${folder}/${name}`
  return folder !== '' && isNormalized(path) ? path : join(folder, name)
}

export function resolvePath(path: string): string {
  return isNormalized(path) ? path : resolve(path)
}

function isNormalized(path: string): boolean {
  return path.startsWith('/') && !toNormalize.test(path)
}

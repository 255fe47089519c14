import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { delimiter } from 'node:path'
import { findCommand } from '../../scripts/tools/installed.ts'
import { untapped } from '../programs/untapped.ts'

type Node = { readonly path: string; readonly version: string }

/** The one that runs the tests. */
export const pinnedNode: Node = { path: process.execPath, version: process.version }

/** The oldest on the PATH from 20 on; on many machines that is the pinned one. */
export function oldestNode(): Node {
  const all = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => findCommand('node', folder) ?? [])
  const nodes = [...new Set(all.map((path) => realpathSync(path)))].map((path) => {
    const { stdout } = spawnSync(...untapped(path, ['--version']), { encoding: 'utf8' })
    return { path, version: stdout.trim() }
  })
  const [oldest] = nodes.filter((node) => majorOf(node) >= 20).toSorted((a, b) => majorOf(a) - majorOf(b))
  return oldest ?? pinnedNode
}

function majorOf({ version }: Node): number {
  return Number(/^v(\d+)\./.exec(version)?.[1])
}

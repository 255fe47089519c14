/** Lines and columns, for messages: edits use offsets. */
import type { Position } from '../../api/diagnostic.ts'
import type { Path } from './edit-target.ts'
import type { SourceEntry, SourceNode } from './node.ts'
import { ownEntry } from './value.ts'

/** Finds the lines of a text once, for all offsets that are asked for. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** Where a field begins: its key, or the item of a list. Where it is not in the text itself, the nearest field around it. */
export function offsetOf(root: SourceNode, path: Path): number {
  let offset = root.start
  let node: SourceNode | undefined = root
  for (const step of path) {
    const at: SourceNode | undefined = node?.type === 'alias' ? node.target : node
    if (typeof step === 'number') {
      node = at?.type === 'sequence' ? at.items[step] : undefined
      if (!node) return offset
      offset = node.start
    } else {
      const entry: SourceEntry | undefined = at?.type === 'map' ? ownEntry(at, step) : undefined
      if (!entry) return offset
      offset = entry.key.start
      node = entry.value
    }
  }
  return offset
}

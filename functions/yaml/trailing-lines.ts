/**
 * The lines after an entry or item that belong to no node: deeper comments, and blank lines. If the entry before it ends in
 * a block scalar and only the entry were removed, they would become part of that scalar.
 */
import type { Span } from './block-edit.ts'
import { columnOf, nextLine, previousLineEnd } from './lines.ts'
import type { SourceNode, SourceScalar } from './node.ts'

/** The children; those that are removed include the trailing lines to remove. @param nodes their values. */
export function withTrailingLines(
  source: string,
  children: readonly Span[],
  nodes: readonly SourceNode[],
  removed: ReadonlySet<number>,
): Span[] {
  let before: SourceScalar | undefined
  return children.map((child, index) => {
    if (!removed.has(index)) {
      before = lastScalar(nodes[index])
      return child
    }
    return before?.style === 'block' ? { start: child.start, end: behindLoose(source, child, before) } : child
  })
}

function lastScalar(node: SourceNode | undefined): SourceScalar | undefined {
  if (node?.type === 'scalar') return node
  if (node?.type === 'map') return lastScalar(node.entries.at(-1)?.value)
  return node?.type === 'sequence' ? lastScalar(node.items.at(-1)) : undefined
}

function behindLoose(source: string, { start, end }: Span, before: SourceScalar): number {
  const column = columnOf(source, start)
  const newline = String.raw`(?:\r\n|\r|\n)`
  const shallow = `(?: {0,${column}}${newline})*`
  const deeper = `${shallow} {${column + 1},}(?:#[^\\r\\n]*)?(?:${newline}|$)`
  // Only `|+` and `>+` keep empty lines.
  const keeps = /^[|>][0-9]?\+/.test(source.slice(before.start, before.start + 3))
  const loose = new RegExp(`(?:${deeper})*${keeps ? shallow : ''}`, 'y')
  loose.lastIndex = nextLine(source, end)
  const found = loose.exec(source)?.[0] ?? ''
  return found === '' ? end : previousLineEnd(source, loose.lastIndex)
}

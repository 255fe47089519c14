/** Plain values of nodes that many objects have alike: the value of equal text is the same object. */
import type { SourceDocument, SourceNode } from '../../yaml/node.ts'
import { toValue, type Value } from '../../yaml/value.ts'

/** By their texts, each with the column of the node in its first line. Few inputs have more than some. */
const values = new Map<string, { readonly column: number; readonly value: Value }>()
const [mostValues, mostCharacters] = [100, 10_000]

/** As toValue, which takes longer than to compare the text. */
export function rememberedValue({ source, aliased }: SourceDocument, node: SourceNode): Value {
  const { start, end } = node
  // What the lines of a node mean depends on the column of the first one.
  const line = source.lastIndexOf('\n', start) + 1
  // An alias may mean something else in each object.
  if (aliased.size > 0 || end - line > mostCharacters) return toValue(node)
  const [text, column] = [source.slice(line, end), start - line]
  const known = values.get(text)
  if (known?.column === column) return known.value
  const value = toValue(node)
  // A block scalar may have the blank lines behind it too.
  if (/[|>]/.test(text)) return value
  if (values.size >= mostValues) values.clear()
  values.set(text, { column, value })
  return value
}

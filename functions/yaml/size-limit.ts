/**
 * Texts that are too large to be parsed. A tree of nodes takes up to 450 bytes of memory a node (measured), and where V8 runs out of
 * memory, it ends the process without a message.
 */
import type { Diagnostic } from '../../api/diagnostic.ts'

const bytesOfNode = 450

/** Room for them is in any heap in which Node starts. To load node:v8, which knows more, takes a tenth of the start of a function. */
const fewNodes = 16_384

/** How many nodes fit into the memory that Node may use: nine million where that is 4 GB. */
function mostNodes(): number {
  return Math.floor(process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit / bytesOfNode)
}

/** @param before the nodes of other texts that are kept. What is wrong follows the name of the input. */
export function tooManyNodes(source: string, before = 0, limit?: number): Diagnostic | undefined {
  // No text has more nodes than characters, so small ones need not be counted.
  if (limit === undefined && before + source.length <= fewNodes) return undefined
  const most = limit ?? mostNodes()
  if (before + source.length <= most) return undefined
  const nodes = countNodes(source)
  if (before + nodes <= most) return undefined
  return {
    message: `has about ${nodes} YAML nodes, and the memory of Node has room for ${Math.max(0, most - before)}`,
    hint: 'split the input, or set NODE_OPTIONS=--max-old-space-size=MEGABYTES',
  }
}

/** About: each node of manifests has one of these characters, and some more are in strings. */
export function countNodes(source: string): number {
  let nodes = 1
  for (let index = 0; index < source.length; index++) nodes += separators[source.charCodeAt(index)] ?? 0
  return nodes
}

const separators = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(':,[{\n'.includes(String.fromCharCode(code))),
)

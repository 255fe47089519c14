/** The order of an apply by `terraform graph -plan=…`: which step waits for which. */

/** By a step's address, such as `module.kees.aws_iam_policy.part1["app"] (destroy)`: the steps that it waits for. */
export type PlanGraph = ReadonlyMap<string, readonly string[]>

const edge = /^\s*"((?:[^"\\]|\\.)*)" -> "((?:[^"\\]|\\.)*)"/

/** @param dot in the language of Graphviz, an arrow from a step to one that comes before it. */
export function parsePlanGraph(dot: string): PlanGraph {
  const graph = new Map<string, string[]>()
  for (const line of dot.split('\n')) {
    const [, from, to] = edge.exec(line) ?? []
    if (from === undefined || to === undefined) continue
    const [step, before] = [addressOf(from), addressOf(to)]
    graph.set(step, [...(graph.get(step) ?? []), before])
  }
  return graph
}

function addressOf(quoted: string): string {
  const address = quoted.replaceAll(/\\(.)/g, '$1').replace(/^\[root\] /, '')
  // What is destroyed after its replacement was made is known by a number, too.
  return address.replace(/ \(destroy deposed [0-9a-f]+\)$/, ' (destroy)')
}

/** All steps that have ended when this one begins, in every possible order. */
export function stepsBefore(graph: PlanGraph, step: string): ReadonlySet<string> {
  const before = new Set<string>()
  const open = [step]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const one of graph.get(next) ?? []) {
      if (before.has(one)) continue
      before.add(one)
      open.push(one)
    }
  }
  return before
}

import { availableParallelism, cpus } from 'node:os'

/** The line above a table of measurements. @param node the version of Node that was measured. */
export function machine(node: string = process.version): string {
  const [cpu] = cpus()
  return `Node ${node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpu?.model ?? 'unknown'})`
}

import { availableParallelism, cpus } from 'node:os'

/** The line above a table of measurements. */
export function machine(): string {
  const [cpu] = cpus()
  return `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpu?.model ?? 'unknown'})`
}

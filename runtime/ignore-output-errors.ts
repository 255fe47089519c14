import type { Writable } from 'node:stream'

/**
 * A log that nobody reads any more (EPIPE), or the full disk under it, does not end a program that serves pods: what cannot
 * be written is lost.
 */
export function ignoreOutputErrors(...streams: readonly Writable[]): void {
  for (const stream of streams) stream.on('error', () => {})
}

import { FairQueue } from './fair-queue.ts'

/**
 * The same function, with at most `limit` calls running at a time. The namespaces take turns, so that the calls of one
 * namespace do not delay those of another by more than the calls that run.
 */
export function limitConcurrency<A extends readonly unknown[], R>(
  limit: number,
  work: (...args: A) => Promise<R>,
): (namespace: string, ...args: A) => Promise<R> {
  const waiting = new FairQueue<() => void>()
  let running = 0
  return async (namespace, ...args) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(namespace, resolve))
    else running++
    try {
      return await work(...args)
    } finally {
      // The next call takes the place, or it becomes free.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

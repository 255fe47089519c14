/** The same function, with at most `limit` calls running at a time; further calls wait in order. */
export function limitConcurrency<A extends readonly unknown[], R>(
  limit: number,
  work: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (...args) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
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

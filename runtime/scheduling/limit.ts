/** The same work, at most so often at once; the others wait in line. */
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
      // The place goes to the next, or becomes free.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

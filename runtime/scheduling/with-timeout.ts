/**
 * The result of a call, or a rejection with the signal's reason (a TimeoutError) once the time is up: for work that has
 * time-outs of its own, which an answer that trickles does not meet. @param time in milliseconds.
 */
export async function withTimeout<T>(time: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(time)
  const timeIsUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  return await Promise.race([call(signal), timeIsUp])
}

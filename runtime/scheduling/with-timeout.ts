/**
 * The result of a call, or a rejection with the signal's reason (a TimeoutError) once the time is up. It is for clients whose
 * own time-outs begin again with each byte of a slow answer. @param time in milliseconds.
 */
export async function withTimeout<T>(time: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(time)
  const timeIsUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  return await Promise.race([call(signal), timeIsUp])
}

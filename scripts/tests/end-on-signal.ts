/**
 * Ends this process by the signal that asks for it, with nothing started after it. runCommand has passed the signal on to
 * the commands that run, which clean up by themselves.
 */
export function endOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.prependOnceListener(signal, () => {
      // Once the other listeners have passed the signal on, nobody keeps it from its default.
      setImmediate(() => {
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      })
    })
  }
}

/**
 * Ends this process by the signal that it received, and starts nothing more. runCommand forwards the signal to the running
 * commands, which clean up by themselves.
 */
export function endOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.prependOnceListener(signal, () => {
      // After the other listeners have forwarded the signal, it gets its default action.
      setImmediate(() => {
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      })
    })
  }
}

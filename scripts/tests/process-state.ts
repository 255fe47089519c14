/** Remembers what a test file could change for others in its process. Returns a function that names what has changed. */
export function processState(): () => readonly string[] {
  const before = read()
  return () => {
    const after = read()
    const names = new Set([...before.keys(), ...after.keys()])
    return [...names].filter((name) => before.get(name) !== after.get(name))
  }
}

function read(): ReadonlyMap<string, unknown> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGPIPE']
  return new Map<string, unknown>([
    ...Object.entries(process.env).map(([name, value]) => [`variable ${name}`, value] as const),
    ...signals.map((name) => [`listeners of ${name}`, process.listenerCount(name)] as const),
    ['working directory', process.cwd()],
    ['umask', process.umask()],
    ['exit code', process.exitCode],
    ['global fetch', globalThis.fetch],
  ])
}

/** Waits until nothing keeps the process running, as at its end. Returns the kinds of what still does after a time. */
export function keptOpen(patience = 10_000): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const ended = () => {
      clearTimeout(timer)
      // Something has to be left to do, or the process ends after this event.
      setImmediate(() => resolve([]))
    }
    const timer = setTimeout(() => {
      process.off('beforeExit', ended)
      resolve(process.getActiveResourcesInfo().map((kind) => `open ${kind}`))
    }, patience).unref()
    process.once('beforeExit', ended)
  })
}

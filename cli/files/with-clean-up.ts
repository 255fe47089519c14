import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs work with a clean-up for errors and signals. After the clean-up a signal still ends the program, so that a shell sees
 * 130 for Ctrl-C. It is only listened to here: elsewhere it ends a program that waits for its input.
 */
export async function withCleanUp(cleanUp: () => void, work: () => Promise<void>): Promise<void> {
  const forget = () => {
    for (const signal of signals) process.off(signal, end)
  }
  const end = (signal: NodeJS.Signals) => {
    cleanUp()
    forget()
    process.kill(process.pid, signal)
    // The first process of a container outlives it.
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of signals) process.on(signal, end)
  try {
    await work()
  } catch (error) {
    cleanUp()
    throw error
  } finally {
    forget()
  }
}

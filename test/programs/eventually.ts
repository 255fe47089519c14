import { setTimeout as sleep } from 'node:timers/promises'

/**
 * For what takes a moment, such as a policy's effect. A check that takes long, such as a command, is repeated after five times as
 * long, and one that has been waiting for a minute every two seconds: else it would take the processor from what it waits for.
 * @param what ends the sentence of the error: "waited in vain until". @param patience in milliseconds.
 */
export async function eventually(
  what: string,
  done: () => boolean | Promise<boolean>,
  patience = 300_000,
): Promise<void> {
  const start = performance.now()
  while (performance.now() - start < patience) {
    const begun = performance.now()
    if (await done()) return
    const now = performance.now()
    await sleep(Math.min(Math.max(100, 5 * (now - begun), (now - start) / 30), 2000))
  }
  throw new Error(`waited ${patience / 1000} s in vain until ${what}`)
}

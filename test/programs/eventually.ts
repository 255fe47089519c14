import { setTimeout as sleep } from 'node:timers/promises'

/** For what takes a moment, such as a policy's effect. @param what ends the sentence of the error: "waited in vain until". @param patience in milliseconds. */
export async function eventually(
  what: string,
  done: () => boolean | Promise<boolean>,
  patience = 300_000,
): Promise<void> {
  for (const start = Date.now(); Date.now() - start < patience; await sleep(100)) {
    if (await done()) return
  }
  throw new Error(`waited ${patience / 1000} s in vain until ${what}`)
}

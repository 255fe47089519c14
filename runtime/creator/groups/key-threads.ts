/**
 * Node generates keys on the threads on which it also reads files and resolves names. On Linux they get a lower priority than the main thread: where
 * a node has little CPU for the creator, it reads pods and renews the Lease before it generates keys.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { systemCode } from '../../files/system-error.ts'

const threads = '/proc/self/task'
/** As libuv names them. */
const worker = 'libuv-worker'
/** With this, two threads together get a fifth of what the main thread wants. */
const lower = 10

/** To be called when a key is being generated: Node starts the threads when it needs them. */
export function lowerKeyThreads(): void {
  try {
    const priority = Math.min(constants.priority.PRIORITY_LOW, getPriority() + lower)
    for (const id of readdirSync(threads)) {
      if (readFileSync(join(threads, id, 'comm'), 'utf8').trim() === worker) setPriority(Number(id), priority)
    }
  } catch (error) {
    // Another system, one that forbids it, or a thread that has just ended. Keys are generated all the same.
    if (systemCode(error) === undefined) throw error
  }
}

/** What test files leave running for the files after them in their process, which end with the last. */
type End = () => Promise<unknown>

const ends: End[] = []
let isShared = false

/** In a process of several files, which calls `endKept` after the last. */
export function shareProcess(): void {
  isShared = true
}

/** @param end called once: where the process has one file, when nothing is left to do. */
export function atEndOfProcess(end: End): void {
  if (ends.length === 0 && !isShared) process.once('beforeExit', () => void endKept())
  ends.push(end)
}

export async function endKept(): Promise<void> {
  for (const end of ends.splice(0)) await end()
}
